"""Making receipts: unique ids, the assignment's example, random ones."""

import itertools
import random
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from model import line_sum

CATEGORIES = ("groceries", "dairy", "bakery", "Овощи и фрукты", "household \"A\"", "wine/spirits")
METHODS = ("credit_card", "cash", "СБП", "gift card")

_run = uuid.uuid4().hex[:10]
_counter = itertools.count(1)


def unique(prefix):
    """An id no other test, and no earlier run on the same database, uses."""
    return f"{prefix}-{_run}-{next(_counter)}"


def example(transaction_id=None, **changes):
    """The assignment's example receipt as a value; changes replace members."""
    receipt = {
        "transaction_id": transaction_id or unique("T"),
        "timestamp": "2024-02-07T12:34:56",
        "items": [
            {"product_id": "P-1001", "quantity": Decimal("2"), "price": Decimal("10.99"),
             "category": "groceries"},
            {"product_id": "P-1002", "quantity": Decimal("1"), "price": Decimal("5.49"),
             "category": "dairy"},
        ],
        "total_amount": Decimal("27.47"),
        "nds_amount": Decimal("2.47"),
        "tips_amount": Decimal("3.00"),
        "payment_method": "credit_card",
    }
    receipt.update(changes)
    return receipt


def example_text(transaction_id):
    """The assignment's example as a person types it: indented, in its own order."""
    return (
        '{\n'
        f'    "transaction_id": "{transaction_id}",\n'
        '    "timestamp": "2024-02-07T12:34:56",\n'
        '    "items": [\n'
        '        {\n'
        '            "product_id": "P-1001",\n'
        '            "quantity": 2,\n'
        '            "price": 10.99,\n'
        '            "category": "groceries"\n'
        '        },\n'
        '        {\n'
        '            "product_id": "P-1002",\n'
        '            "quantity": 1,\n'
        '            "price": 5.49,\n'
        '            "category": "dairy"\n'
        '        }\n'
        '    ],\n'
        '    "total_amount": 27.47,\n'
        '    "nds_amount": 2.47,\n'
        '    "tips_amount": 3.0,\n'
        '    "payment_method": "credit_card"\n'
        '}\n'
    ).encode("utf-8")


def money(source, limit):
    """A random amount with 0 to 2 decimals."""
    digits = source.choice((0, 1, 2, 2, 2))
    return Decimal(source.randrange(limit * 10**digits)).scaleb(-digits)


def random_item(source):
    """A line whose sum often needs rounding, also at exactly half a cent."""
    quantity = source.choice((
        Decimal(source.randint(1, 9)),
        Decimal(source.randint(1, 9999)).scaleb(-3),
        Decimal(source.randint(1, 9999999)).scaleb(-6),
        Decimal("0.5"), Decimal("2.5"),
    ))
    price = Decimal(source.randrange(200000)).scaleb(-source.choice((0, 2, 2, 2, 3, 4)))
    return {"product_id": f"P-{source.randint(1, 500)}", "quantity": quantity,
            "price": price, "category": source.choice(CATEGORIES)}


def random_receipt(source, place_id, when, offset_minutes=None):
    """A valid receipt of a place; the total follows the lines (no discount)."""
    items = [random_item(source) for _ in range(source.choice((1, 1, 2, 3, 5, 8)))]
    total = sum((line_sum(i["quantity"], i["price"]) for i in items), Decimal(0))
    receipt = {
        "transaction_id": unique("T"),
        "timestamp": stamp(when, offset_minutes),
        "place_id": place_id,
        "items": items,
        "total_amount": total,
        "nds_amount": (total / 6).quantize(Decimal("0.01")),
        "payment_method": source.choice(METHODS),
    }
    tips = source.choice((None, "absent", money(source, 50)))
    if tips != "absent":
        receipt["tips_amount"] = tips
    return receipt


def stamp(when, offset_minutes=None):
    """ISO 8601 of an instant: with Z, or on the wall clock of another offset."""
    if offset_minutes is None:
        return when.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    return when.astimezone(timezone(timedelta(minutes=offset_minutes))).isoformat()


def random_source(seed):
    """A random source of its own, so that a failing case can be run again."""
    return random.Random(seed)


def utc(*parts):
    """A UTC instant."""
    return datetime(*parts, tzinfo=timezone.utc)
