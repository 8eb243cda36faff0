"""Reads the programs' logs, strictly."""

import json
import re

FIELD = re.compile(r'(\w+)=("(?:[^"\\\x00-\x1f\x7f]|\\.)*"|[^\s"=\\]+)(?: |$)')
LEVELS = ("debug", "info", "warning", "error")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def parse_logfmt(line):
    """The fields of a line, all of them text."""
    fields, position = {}, 0
    while position < len(line):
        found = FIELD.match(line, position)
        assert found, f"no field at {position}: {line!r}"
        name, value = found.groups()
        assert name not in fields, f"{name} twice: {line!r}"
        fields[name] = json.loads(value) if value.startswith('"') else value
        position = found.end()
    return fields


def parse_json(line):
    """The fields of a line, as text to compare; no name stands there twice."""
    pairs = json.loads(line, object_pairs_hook=list, parse_int=str, parse_float=str)
    fields = dict(pairs)
    assert len(fields) == len(pairs) and all(isinstance(value, str) for _, value in pairs), line
    return fields


PARSERS = {"logfmt": parse_logfmt, "json": parse_json}


def parse_log(data, form):
    """Every line of a log (bytes) with the fields that all lines have."""
    assert data == b"" or data.endswith(b"\n")
    lines = [PARSERS[form](line) for line in data.decode("utf-8").split("\n")[:-1]]
    for fields in lines:
        assert TIME.fullmatch(fields["time"]) and fields["level"] in LEVELS, fields
        assert fields["pid"].isdigit() and fields["msg"], fields
    return lines
