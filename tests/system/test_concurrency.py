"""Many clients at once: every receipt is judged once and counted once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

from api import model_of
from receipts import example, random_receipt, random_source, unique, utc

THREADS = 24


def all_at_once(work, count):
    """Run work(0) … work(count - 1) in many threads and return the results."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(count)))


def test_distinct_receipts(api):
    source = random_source("distinct")
    places = [unique("place") for _ in range(5)]
    receipts = [random_receipt(source, source.choice(places),
                               utc(2024, 3, 1) + timedelta(minutes=source.randrange(60 * 24 * 40)))
                for _ in range(480)]
    all_at_once(lambda number: api.submit(receipts[number]).expect(201), len(receipts))
    model = model_of(*receipts)
    api.wait_stored(model)
    api.rollup()
    api.check(model)


def test_the_same_receipt_from_everywhere(api):
    place_id = unique("place")
    receipt = example(place_id=place_id)
    answers = all_at_once(lambda _: api.submit(receipt), 120)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 119}
    model = model_of(receipt)
    api.wait_stored(model)
    api.rollup()
    api.check(model)


def test_one_id_with_different_contents(api):
    """One of them wins; all others are told so; nothing of theirs is counted."""
    place_id, transaction_id = unique("place"), unique("T")

    def variant(number):
        return example(transaction_id, place_id=place_id, tips_amount=Decimal(number) / 100)

    answers = all_at_once(lambda number: api.submit(variant(number)), 96)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 95}
    winner = variant(next(n for n, answer in enumerate(answers) if answer.status == 201))
    model = model_of(winner)
    api.wait_stored(model)
    api.rollup()
    api.check(model)


def test_retries_mixed_with_fresh_receipts(api):
    """Tills that send everything three times in random order."""
    source = random_source("retries")
    places = [unique("place") for _ in range(3)]
    receipts = [random_receipt(source, source.choice(places), utc(2024, 5, 1, number % 24))
                for number in range(120)]
    sent = receipts * 3
    source.shuffle(sent)
    answers = all_at_once(lambda number: api.submit(sent[number]).expect(200, 201), len(sent))
    assert Counter(answer.status for answer in answers) == {201: 120, 200: 240}
    model = model_of(*receipts)
    api.wait_stored(model)


def test_good_and_bad_receipts_in_one_rush(api):
    """Requests that wait together are committed together but judged alone."""
    place_id = unique("place")
    good = [example(place_id=place_id) for _ in range(60)]
    bad = [b"{", b"\xff", b'{"a":"\\u0000"}', b"[]", b"", b"{}"]

    def work(number):
        if number % 2:
            return api.submit(bad[number // 2 % len(bad)]).expect(400).status
        return api.submit(good[number // 2]).expect(201).status

    assert Counter(all_at_once(work, 120)) == {201: 60, 400: 60}
    api.wait_stored(model_of(*good))


def test_rollups_while_receipts_arrive(api):
    """A rollup that meets the sink's inserts takes each delta once."""
    source = random_source("rollups")
    place_id = unique("place")
    receipts = [random_receipt(source, place_id, utc(2024, 6, 1, number % 24))
                for number in range(200)]

    def work(number):
        if number % 20 == 0:
            api.rollup()
        return api.submit(receipts[number]).expect(201)

    all_at_once(work, len(receipts))
    model = model_of(*receipts)
    api.wait_stored(model)
    api.rollup()
    api.check(model)
