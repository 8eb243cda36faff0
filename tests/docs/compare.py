"""Whether what a block printed is what the page shows behind it.

`…` stands for what differs from run to run: within a line for any text, on a
line of its own for any lines, in JSON within a string for any text, as a whole
string for any value, and as the last element or as a key for any further ones.
White space and the length of rules count for nothing.
"""

import json
import re

DOTS = "…"


def same_text(shown, printed):
    """Compare line by line."""
    pattern = ""
    for line in _lines(shown):
        pattern += r"(?:.*\n)*?" if line == DOTS else _pattern(line) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in _lines(printed))) is not None


def _lines(text):
    lines = (re.sub(r"\s+", " ", re.sub(r"--+", "--", line)).strip() for line in text.splitlines())
    return [line for line in lines if line]


def _pattern(text):
    return ".*?".join(re.escape(part.strip() if part != text else part)
                      for part in text.split(DOTS))


def same_json(shown, printed):
    """Compare as values: the order of keys and the layout count for nothing."""
    return _same(json.loads(shown, parse_float=str), json.loads(printed, parse_float=str))


def _same(shown, printed):
    if shown == DOTS:
        return True
    if isinstance(shown, dict) and isinstance(printed, dict):
        named = {key: value for key, value in shown.items() if key != DOTS}
        return ((DOTS in shown or set(named) == set(printed))
                and all(key in printed and _same(value, printed[key])
                        for key, value in named.items()))
    if isinstance(shown, list) and isinstance(printed, list):
        if shown and shown[-1] == DOTS:
            shown, printed = shown[:-1], printed[:len(shown) - 1]
        return len(shown) == len(printed) and all(map(_same, shown, printed))
    if isinstance(shown, str) and isinstance(printed, str) and DOTS in shown:
        return re.fullmatch(".*".join(map(re.escape, shown.split(DOTS))), printed, re.S) is not None
    return type(shown) is type(printed) and shown == printed
