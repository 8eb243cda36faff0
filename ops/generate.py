#!/usr/bin/env python3
"""A realistic day of purchase receipts, the same for the same seed.

As a program it prints one receipt a line (JSON), in the order in which the
tills send them; as a module it gives the receipts to demo.py.

    ops/generate.py --receipts 1000 --places 36 --seed 1 --day 2025-01-15
"""

import argparse
import bisect
import hashlib
import itertools
import random
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")

# Kind of place: names, categories sold, mean number of lines, share with a tip.
KINDS = (
    ("supermarket", ("Green Basket", "Corner Market", "Daily Fresh"),
     ("vegetables", "dairy", "bakery", "household", "drinks", "meat"), 9.0, 0.0),
    ("cafe", ("Blue Cup", "Morning Roast", "Café Éclair"),
     ("coffee", "bakery", "drinks"), 2.2, 0.35),
    ("restaurant", ("La Terrazza", "Dumpling House", "Старый двор"),
     ("meals", "drinks", "desserts"), 5.0, 0.6),
    ("pharmacy", ("Pharmacy Plus", "Good Health"),
     ("medicine", "hygiene"), 2.5, 0.0),
    ("bookshop", ("Second Chapter", "Paper Lantern"),
     ("books", "stationery"), 1.8, 0.0),
)

# Category: tax rate in per cent, lowest and highest price, sold by weight.
CATEGORIES = {
    "vegetables": (10, "0.80", "9.50", True), "dairy": (10, "0.90", "12.00", False),
    "bakery": (10, "0.60", "8.00", False), "household": (20, "1.50", "45.00", False),
    "drinks": (20, "1.00", "25.00", False), "meat": (10, "4.00", "38.00", True),
    "coffee": (20, "2.20", "6.80", False), "meals": (20, "7.50", "42.00", False),
    "desserts": (20, "3.50", "14.00", False), "medicine": (10, "2.00", "90.00", False),
    "hygiene": (20, "1.20", "30.00", False), "books": (10, "5.00", "60.00", False),
    "stationery": (20, "0.40", "25.00", False),
}
PRODUCTS_PER_CATEGORY = 60
PAYMENT_METHODS = (("card", 62), ("cash", 21), ("qr", 12), ("gift_card", 5))

# How busy each hour of the day is: a morning, a lunch and an evening peak.
HOURS = (1, 1, 1, 1, 1, 3, 10, 26, 34, 27, 24, 30, 48, 44, 29, 26, 31, 46, 58, 52, 33, 18, 8, 3)


def zipf(n, exponent=1.0):
    """Cumulative weights of a Zipf distribution over n things."""
    return list(itertools.accumulate(1 / rank ** exponent for rank in range(1, n + 1)))


def pick(rng, cumulative):
    """An index, by cumulative weights."""
    return bisect.bisect(cumulative, rng.random() * cumulative[-1])


def money(value):
    """Two decimals, half away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def to_json(value):
    """JSON with decimals as their exact digits, which the json module cannot do."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{to_json(k)}:{to_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(to_json, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class Day:
    """One day's receipts of some places.

    Receipt number i depends on the seed and i alone.  The ids carry a mark made
    of all parameters: the same day posted twice is a duplicate, another one
    never meets it.
    """

    def __init__(self, receipts=5000, places=36, seed=1, day=None, lines=None):
        self.count, self.seed, self.lines = receipts, seed, lines
        self.day = day or (datetime.now(timezone.utc).date() - timedelta(days=1))
        mark = f"{receipts}/{places}/{seed}/{self.day}" + (f"/{lines}" if lines else "")
        self.mark = hashlib.sha256(mark.encode()).hexdigest()[:6]
        self.products = {category: self._products(category) for category in CATEGORIES}
        self.popular_products = zipf(PRODUCTS_PER_CATEGORY, 1.1)
        self.places = [self._place(number) for number in range(places)]
        self.popular_places = zipf(places, 0.8)
        self.popular_hours = list(itertools.accumulate(HOURS))

    def _products(self, category):
        """Product ids with their prices; cheap things are the popular ones."""
        rng = random.Random(f"{self.seed}/{category}")
        _, low, high, _ = CATEGORIES[category]
        low, high = Decimal(low), Decimal(high)
        prices = sorted(money(low + (high - low) * Decimal(str(round(rng.random() ** 2, 6))))
                        for _ in range(PRODUCTS_PER_CATEGORY))
        return [(f"{category}-{number:03d}", price) for number, price in enumerate(prices)]

    def _place(self, number):
        kind, names, categories, lines, tipping = KINDS[number % len(KINDS)]
        name = names[number // len(KINDS) % len(names)]
        return {"place_id": f"{kind}-{number + 1:02d}-{self.mark}",
                "place_name": f"{name} {number + 1}",
                "categories": categories, "lines": lines, "tipping": tipping}

    def receipt(self, number):
        """Receipt number 0 … count - 1, as a dict whose numbers are decimals."""
        rng = random.Random(f"{self.seed}/{number}")
        place = self.places[pick(rng, self.popular_places)]
        lines = self.lines or min(40, 1 + int(rng.expovariate(1 / place["lines"])))
        items = [self._item(rng, place) for _ in range(lines)]
        sums = [money(item["quantity"] * item["price"]) for item in items]
        total = sum(sums)
        # Some have a discount, which the receipt does not itemise.
        if rng.random() < 0.02:
            total = money(total * Decimal("0.9"))
        receipt = {
            "transaction_id": f"{self.day:%Y%m%d}-{self.mark}-{number:06d}",
            "timestamp": self._timestamp(rng),
            "place_id": place["place_id"], "place_name": place["place_name"],
            "items": items, "total_amount": total,
            "nds_amount": self._tax(items, sums, total),
            "payment_method": rng.choices(*zip(*PAYMENT_METHODS))[0],
        }
        if rng.random() < place["tipping"]:
            receipt["tips_amount"] = money(total * rng.choice((5, 10, 10, 15)) / 100)
        return receipt

    def _item(self, rng, place):
        category = rng.choice(place["categories"])
        product, price = self.products[category][pick(rng, self.popular_products)]
        if CATEGORIES[category][3]:
            quantity = Decimal(rng.randint(80, 2500)) / 1000
        else:
            quantity = Decimal(rng.choices((1, 2, 3, 4, 6, 10), (70, 18, 6, 3, 2, 1))[0])
        return {"product_id": product, "quantity": quantity, "price": price,
                "category": category}

    @staticmethod
    def _tax(items, sums, total):
        """The tax inside the total, each category at its rate."""
        tax = Decimal(0)
        for item, amount in zip(items, sums):
            rate = CATEGORIES[item["category"]][0]
            tax += amount * rate / (100 + rate)
        return min(money(tax), total)

    def _timestamp(self, rng):
        """Tills of three makes: UTC, with an offset, with fractions of a second."""
        when = datetime.combine(self.day, datetime.min.time(), timezone.utc) + timedelta(
            hours=pick(rng, self.popular_hours), seconds=rng.randrange(3600))
        make = rng.random()
        if make < 0.5:
            return when.strftime("%Y-%m-%dT%H:%M:%SZ")
        if make < 0.8:
            return when.astimezone(timezone(timedelta(hours=3))).isoformat()
        return (when + timedelta(microseconds=rng.randrange(1000000))).isoformat()

    def sent(self):
        """Receipt numbers in the order of sending: late ones, and some twice.

        Most come by time; three in a hundred come late, from a till that was
        offline, and one or two in a hundred are sent again.
        """
        rng = random.Random(f"{self.seed}/order")
        order = []
        for number in range(self.count):
            when = datetime.fromisoformat(
                self.receipt(number)["timestamp"].replace("Z", "+00:00")).timestamp()
            if rng.random() < 0.03:
                when += rng.randrange(1800, 6 * 3600)
            order.append((when, number))
            if rng.random() < 0.015:
                order.append((when + rng.randrange(1, 600), number))
        return [number for _, number in sorted(order)]


def add_arguments(parser):
    """The parameters of a day, for this program and for demo.py."""
    parser.add_argument("--receipts", type=int, default=5000, metavar="N",
                        help="different receipts (default 5000)")
    parser.add_argument("--places", type=int, default=36, metavar="N",
                        help="places they come from (default 36)")
    parser.add_argument("--lines", type=int, metavar="N",
                        help="each receipt has just so many (default 1 to 40)")
    parser.add_argument("--seed", type=int, default=1, metavar="N",
                        help="the same seed gives the same receipts (default 1)")
    parser.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD",
                        help="day of purchase, UTC (default yesterday)")


def day_of(parser, options):
    """The Day that the parsed arguments ask for."""
    if not 1 <= options.receipts <= 1000000:
        parser.error("--receipts must be from 1 to 1000000")
    if not 1 <= options.places <= 10000:
        parser.error("--places must be from 1 to 10000")
    if options.lines is not None and not 1 <= options.lines <= 40:
        parser.error("--lines must be from 1 to 40")
    return Day(options.receipts, options.places, options.seed, options.day, options.lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_arguments(parser)
    day = day_of(parser, parser.parse_args())
    for number in day.sent():
        print(to_json(day.receipt(number)))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        pass
