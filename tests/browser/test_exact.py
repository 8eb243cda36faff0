"""The exact reader against Python's, on JSON of all shapes."""

import json
from decimal import Decimal

from hypothesis import HealthCheck, given, settings, strategies as st

from jsontext import dumps

numbers = st.one_of(
    st.integers(-10**30, 10**30).map(Decimal),
    st.tuples(st.integers(-10**20, 10**20), st.integers(0, 6)).map(lambda pair: Decimal(pair[0]).scaleb(-pair[1])))
texts = st.text(st.characters(blacklist_categories=["Cs"]))
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, st.sampled_from(['"1"', "\\", "\\\"2", "3e4", "-0.5"])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)), max_leaves=20)


def as_text(value):
    """What the page should read: each number is the text of its digits."""
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_text(one) for one in value]
    return format(value, "f") if isinstance(value, Decimal) else value


def test_reading(dashboard):
    page = dashboard(token=None).page
    read = page.evaluate_handle("import('/dashboard/exact.js')")

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(documents, min_size=10, max_size=30))
    def check(values):
        found = read.evaluate("(exact, text) => JSON.stringify(exact.parseExact(text))", dumps(values))
        assert json.loads(found) == as_text(values)

    check()


def test_ordering_and_grouping(dashboard):
    page = dashboard(token=None).page
    exact = page.evaluate_handle("import('/dashboard/exact.js')")

    @settings(max_examples=40, deadline=None)
    @given(st.lists(numbers.filter(abs), min_size=2, max_size=40))
    def check(values):
        digits = [format(value, "f") for value in values]
        found = exact.evaluate("(exact, list) => list.toSorted(exact.compareExact)", digits)
        assert [Decimal(one) for one in found] == sorted(values)
        grouped = exact.evaluate(
            "(exact, list) => list.map((one) => exact.groupDigits(one, {group: ' ', decimal: ','}))", digits)
        assert grouped == [f"{value:,f}".translate({44: " ", 46: ","}) for value in values]

    check()
