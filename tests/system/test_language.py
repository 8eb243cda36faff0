"""Accept-Language: what is said about receipts, in Russian where the client prefers it."""

import re

import pytest

from client import JSON
from jsontext import encode
from receipts import example, unique

CYRILLIC = re.compile("[а-яё]")
RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}
ENGLISH = {"Accept-Language": "en, ru;q=0.9"}


def languages(answer):
    return answer.headers.get("Content-Language"), answer.headers.get("Vary")


def without_words(errors):
    return [(error["pointer"], error["code"]) for error in errors]


@pytest.mark.parametrize("changes", [
    {"items": []}, {"timestamp": "yesterday"}, {"timestamp": "2999-01-01T00:00:00Z"},
    {"total_amount": -1, "payment_method": ""}, {"transaction_id": 5}])
def test_problems_differ_in_their_words_only(api, changes):
    receipt = {**example(), **changes}
    russian = api.submit(receipt, headers=RUSSIAN).expect(400)
    english = api.submit(receipt, headers=ENGLISH).expect(400)
    assert languages(russian) == ("ru", "Accept-Language")
    assert languages(english) == ("en", "Accept-Language")
    assert without_words(russian.json["errors"]) == without_words(english.json["errors"])
    assert russian.json["type"] == english.json["type"]
    for error in russian.json["errors"]:
        assert CYRILLIC.search(error["message"])
    assert not CYRILLIC.search(english.text)
    assert CYRILLIC.search(russian.json["title"]) and CYRILLIC.search(russian.json["detail"])


def test_english_is_the_default(api):
    answer = api.submit({**example(), "items": []}).expect(400)
    assert languages(answer) == ("en", "Accept-Language")
    assert not CYRILLIC.search(answer.text)


def test_warnings_and_conflicts(api):
    receipt = example(total_amount=28)
    for status in (201, 200):
        answer = api.submit(receipt, headers=RUSSIAN).expect(status)
        assert languages(answer) == ("ru", "Accept-Language")
        assert CYRILLIC.search(answer.json["warnings"][0]["message"])
    answer = api.submit({**receipt, "payment_method": "other"}, headers=RUSSIAN).expect(409)
    assert languages(answer) == ("ru", "Accept-Language")
    assert CYRILLIC.search(answer.json["errors"][0]["message"])


def test_the_journal_stays_english(api):
    transaction_id = unique("T")
    api.submit({**example(transaction_id), "items": []}, headers=RUSSIAN).expect(400)
    found = api.check_status(transaction_id).expect(200).json
    assert found["errors"] and not CYRILLIC.search(found["errors"][0]["message"])


def test_batches(api):
    too_large = encode({**example(), "note": "x" * 1024 * 1024})
    receipts = [encode(example()), b"{}", encode(example(total_amount=28)), too_large]
    body = b"[" + b",".join(receipts) + b"]"
    russian = api.producer.post("/api/checks/batch/", body,
                                headers={"Content-Type": JSON, **RUSSIAN}).expect(200)
    english = api.producer.post("/api/checks/batch/", body,
                                headers={"Content-Type": JSON, **ENGLISH}).expect(200)
    assert languages(russian) == ("ru", "Accept-Language")
    assert languages(english) == ("en", "Accept-Language")
    assert not CYRILLIC.search(english.text)
    for index in (1, 3):
        one, other = russian.json["results"][index], english.json["results"][index]
        assert without_words(one["errors"]) == without_words(other["errors"])
        assert all(CYRILLIC.search(error["message"]) for error in one["errors"])
    assert CYRILLIC.search(russian.json["results"][2]["warnings"][0]["message"])
