"""JSON with exact decimals: Decimal in, Decimal out, never a float."""

import json
from decimal import Decimal


def loads(text):
    """Parse JSON; every number becomes a Decimal that keeps its digits as sent."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal,
                      object_pairs_hook=_no_duplicates)


def dumps(value):
    """Write JSON without white space, Decimals in plain digits."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{dumps(str(k))}:{dumps(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(dumps(v) for v in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("no floats in receipts: use Decimal")
    return json.dumps(value, ensure_ascii=False)


def encode(value):
    """Write JSON as UTF-8 bytes."""
    return dumps(value).encode("utf-8")


def _no_duplicates(pairs):
    """An answer with a key twice in one object is a bug of the sender."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError(f"duplicate key in {[key for key, _ in pairs]}")
    return result
