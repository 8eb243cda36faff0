"""The contract's analytics by brute force: a list of receipts, added up in decimals."""

import decimal
from datetime import datetime, timezone
from decimal import Decimal

# Wide enough for any sum of products of the contract's largest numbers.
decimal.getcontext().prec = 80

CENT = Decimal("0.01")
MONEY = {
    "average_receipt", "total_amount", "min_receipt", "max_receipt", "total_nds",
    "total_tips", "total_spent",
}


def round_money(value):
    """Two decimals, half away from zero (ROUND_HALF_UP of decimal is just that)."""
    return value.quantize(CENT, rounding=decimal.ROUND_HALF_UP)


def line_sum(quantity, price):
    return round_money(quantity * price)


class Receipt:
    """A receipt as the analytics see it."""

    def __init__(self, receipt, default_place="unassigned"):
        place = receipt.get("place") or {}
        self.transaction_id = receipt["transaction_id"]
        self.place_id = receipt.get("place_id") or place.get("place_id") or default_place
        self.place_name = receipt.get("place_name") or place.get("place_name")
        self.occurred_at = parse_timestamp(receipt["timestamp"])
        self.total = receipt["total_amount"]
        self.nds = receipt["nds_amount"]
        self.tips = receipt.get("tips_amount") or Decimal(0)
        self.method = receipt["payment_method"]
        self.lines = [(item["category"], item["quantity"],
                       line_sum(item["quantity"], item["price"]))
                      for item in receipt["items"]]


def parse_timestamp(text):
    """ISO 8601; without an offset the instance's default zone, UTC, holds."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return when.astimezone(timezone.utc)


def figures(receipts):
    """The figures of the analytics object, without the place."""
    totals = [receipt.total for receipt in receipts]
    return {
        "total_purchases": Decimal(len(receipts)),
        "average_receipt": round_money(sum(totals) / len(totals)),
        "total_amount": round_money(sum(totals)),
        "min_receipt": round_money(min(totals)),
        "max_receipt": round_money(max(totals)),
        "taxes_amount": {
            "total_nds": round_money(sum(receipt.nds for receipt in receipts)),
            "total_tips": round_money(sum(receipt.tips for receipt in receipts)),
        },
        "category_analytics": _by_category(receipts),
        "payment_analytics": _by_method(receipts),
    }


def _by_category(receipts):
    """Per category; its average is over the distinct receipts that hold it."""
    holders, spent, quantities = {}, {}, {}
    for number, receipt in enumerate(receipts):
        for category, quantity, amount in receipt.lines:
            holders.setdefault(category, set()).add(number)
            spent[category] = spent.get(category, Decimal(0)) + amount
            quantities[category] = quantities.get(category, Decimal(0)) + quantity
    return {
        category: {
            "total_spent": spent[category],
            "average_receipt": round_money(spent[category] / len(numbers)),
            "receipts": Decimal(len(numbers)),
            "quantity": quantities[category],
        }
        for category, numbers in holders.items()
    }


def _by_method(receipts):
    result = {}
    for receipt in receipts:
        entry = result.setdefault(receipt.method,
                                  {"receipts": Decimal(0), "total_amount": Decimal("0.00")})
        entry["receipts"] += 1
        entry["total_amount"] += receipt.total
    return result


class Model:
    """All receipts of a test, and the answers they should give."""

    def __init__(self, receipts=()):
        self.receipts = {}
        self.add(*receipts)

    def add(self, *receipts, default_place="unassigned"):
        """Add receipts; one that is there already changes nothing."""
        for receipt in receipts:
            seen = Receipt(receipt, default_place)
            self.receipts.setdefault(seen.transaction_id, seen)

    @property
    def places(self):
        return sorted({receipt.place_id for receipt in self.receipts.values()})

    def select(self, start=None, end=None, places=None):
        """The receipts in [start, end) of these places (None: no bound)."""
        return [receipt for receipt in self.receipts.values()
                if (start is None or receipt.occurred_at >= start)
                and (end is None or receipt.occurred_at < end)
                and (places is None or receipt.place_id in places)]

    def place(self, place_id, start=None, end=None):
        """The analytics object of a place, or None when it had no purchase."""
        chosen = self.select(start, end, {place_id})
        if not chosen:
            return None
        name = next((r.place_name for r in chosen if r.place_name), None)
        return {"place_id": place_id, "place_name": name, **figures(chosen)}

    def results(self, start=None, end=None, places=None):
        """The objects of every place that had a purchase, by place_id."""
        objects = {}
        for place_id in (self.places if places is None else sorted(set(places))):
            found = self.place(place_id, start, end)
            if found:
                objects[place_id] = found
        return objects

    def total(self, start=None, end=None, places=None):
        """The same over all places; None when nothing was sold."""
        chosen = self.select(start, end, None if places is None else set(places))
        return figures(chosen) if chosen else None


def differences(actual, expected, path=""):
    """Where an answer differs from the model: a list of sentences, empty if nowhere."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{path}: {actual!r} is no object"]
        found = [f"{path}/{key}: missing" for key in expected if key not in actual]
        found += [f"{path}/{key}: not expected" for key in actual if key not in expected]
        for key in expected:
            if key in actual:
                found += differences(actual[key], expected[key], f"{path}/{key}")
        return found
    if isinstance(expected, Decimal):
        if not isinstance(actual, Decimal) or actual != expected:
            return [f"{path}: {actual!r}, not {expected}"]
        if path.rpartition("/")[2] in MONEY and actual.as_tuple().exponent != -2:
            return [f"{path}: {actual} has not two decimals"]
        return []
    return [] if actual == expected else [f"{path}: {actual!r}, not {expected!r}"]
