"""The comparison itself: it accepts what it should and nothing else."""

import pytest

from compare import same_json, same_text


@pytest.mark.parametrize("shown, printed", [
    ("a b\n", "a  b\n\n"), ("id …\n", "id 17\n"), ("…\nend\n", "one\ntwo\nend\n"),
    (" a | b\n---+----\n", "  a  |  b\n-----+----\n"), ("at … in … s\n", "at 10:00 in 3 s\n")])
def test_text_that_is_the_same(shown, printed):
    assert same_text(shown, printed)


@pytest.mark.parametrize("shown, printed", [
    ("a\n", "b\n"), ("a\n", "a\nb\n"), ("a\nb\n", "a\n"), ("id …\n", "no 17\n"), ("a.b\n", "axb\n"),
    ("…\nend\n", "one\n")])
def test_text_that_differs(shown, printed):
    assert not same_text(shown, printed)


@pytest.mark.parametrize("shown, printed", [
    ('{"a": 1, "b": 2.50}', '{"b": 2.50, "a": 1}'), ('{"a": "…"}', '{"a": [1, 2]}'),
    ('{"a": 1, "…": "…"}', '{"a": 1, "b": 2, "c": 3}'), ('["x", "…"]', '["x", 1, 2]'),
    ('{"at": "2026-…Z"}', '{"at": "2026-11-25T10:00:00Z"}')])
def test_json_that_is_the_same(shown, printed):
    assert same_json(shown, printed)


@pytest.mark.parametrize("shown, printed", [
    ('{"a": 1}', '{"a": 2}'), ('{"a": 1}', '{"a": 1, "b": 2}'), ('{"a": 1, "…": "…"}', '{"b": 2}'),
    ('{"a": 2.5}', '{"a": 2.50}'), ('{"a": "1"}', '{"a": 1}'), ('[1, 2]', '[1]'), ('true', '1'),
    ('["x", "…"]', '["y", 1]'), ('{"at": "2026-…Z"}', '{"at": "2025-11-25T10:00:00Z"}')])
def test_json_that_differs(shown, printed):
    assert not same_json(shown, printed)
