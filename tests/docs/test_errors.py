"""docs/errors.md has every problem type and every code that the sources make, and no other."""

import re

from conftest import PAGES
from instance import REPOSITORY

URN = "urn:pg-receipts:problem:"
NAME = re.compile(r"`([^`]+)`")


def sources(*patterns):
    """The texts of the files that match."""
    found = [path.read_text("utf-8") for pattern in patterns for path in sorted(REPOSITORY.glob(pattern))]
    assert found, patterns
    return "\n".join(found)


def shown(heading, columns):
    """What the table below a heading says, its first row left out."""
    rows = list(PAGES["docs/errors.md"].tables(heading))[1:]
    found = [tuple([NAME.match(cells[0])[1], *cells[1:columns]]) for cells in rows]
    assert len(found) == len(set(found)), "a row stands there twice"
    assert all(cells[-1] for cells in rows)
    return set(found)


def test_types():
    front = sources("frontend/problem.c")
    answered = re.findall(r'^\t\{([45]\d\d), \d+, "(\w+)",', front, re.MULTILINE)
    assert len(answered) == front[front.index("ProblemCode. */"):front.index("};\n\n/*")].count("\t{") - 1
    database = sources("sql/*/functions/*.sql")
    calls = re.findall(r"api\.problem\((\d+), '(\w+)',", database)
    assert len(calls) == database.count("api.problem(") - database.count("FUNCTION api.problem(")
    assert shown("Types", 2) == {(URN + name, status) for status, name in answered + calls}


def test_codes():
    extension = re.findall(r'\[PROBLEM_\w+\] = "(\w+)",', sources("extension/src/problemlist.c"))
    assert len(extension) > 20
    everywhere = sources("sql/*/functions/*.sql", "frontend/*.c", "bridge/*.c")
    literal = re.findall(r'\\?"code\\?": \\?"(\w+)\\?"', everywhere)
    built = re.findall(r"'code', '(\w+)'", everywhere)
    rows = re.findall(r"SELECT '/\w*'(?: \|\| k)?, '(\w+)',", everywhere)
    for kind in (literal, built, rows):
        assert len(kind) > 2, "the sources are written differently now"
    # "code" is a parameter as well.
    assert {code for code, in shown("Codes", 1)} == set(extension + literal + built + rows) - {"text"}
