"""The canonical JSON of a receipt, made independently of the extension."""

from datetime import timezone
from decimal import Decimal

import jsontext
from model import parse_timestamp

KNOWN = ("transaction_id", "timestamp", "place", "place_id", "place_name", "items",
         "total_amount", "nds_amount", "tips_amount", "payment_method")
KNOWN_OF_ITEM = ("product_id", "quantity", "price", "category")


def canonical(receipt, place_id="unassigned", place_name=None):
    """The value the topic must hold, as bytes; the place is the judged one."""
    result = {
        "transaction_id": receipt["transaction_id"],
        "timestamp": canonical_timestamp(receipt["timestamp"]),
        "place_id": place_id,
    }
    if place_name is not None:
        result["place_name"] = place_name
    result["items"] = [_item(item) for item in receipt["items"]]
    for name in ("total_amount", "nds_amount", "tips_amount"):
        result[name] = plain(receipt.get(name) or Decimal(0), 2)
    result["payment_method"] = receipt["payment_method"]
    result.update(_unknown(receipt, KNOWN))
    return jsontext.encode(result)


def _unknown(members, known):
    """The members that are not ours, in byte order of their keys."""
    names = sorted((name for name in members if name not in known),
                   key=lambda text: text.encode("utf-8"))
    return {name: members[name] for name in names}


def _item(item):
    result = {
        "product_id": item["product_id"],
        "quantity": plain(item["quantity"], 0),
        "price": plain(item["price"], 2),
        "category": item["category"],
    }
    result.update(_unknown(item, KNOWN_OF_ITEM))
    return result


def plain(number, least_decimals):
    """Digits without exponent and needless zeros, but with least_decimals decimals."""
    number = number.normalize()
    decimals = max(least_decimals, -number.as_tuple().exponent)
    return number.quantize(Decimal(1).scaleb(-decimals))


def canonical_timestamp(text):
    """RFC 3339 in UTC; microseconds, all six digits, only when there are any."""
    when = parse_timestamp(text).astimezone(timezone.utc)
    result = when.strftime("%Y-%m-%dT%H:%M:%S")
    if when.microsecond:
        result += f".{when.microsecond:06d}"
    return result + "Z"
