"""Request ids and W3C trace context, from the client to the consumer's rows."""

import re

import pytest

from api import model_of
from receipts import example, unique
from waiting import wait_until

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


def test_request_id(api):
    """Taken over when it is sane, made otherwise, and on every answer."""
    for _, service in api.both():
        for path in ("/livez", "/api/nowhere/", "/api/tokens/", "/metrics"):
            made = service.get(path).headers["X-Request-Id"]
            assert re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{8,}", made)
            assert service.get(path).headers["X-Request-Id"] != made
            given = unique("id")
            answer = service.get(path, headers={"X-Request-Id": given})
            assert answer.headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "caf\u00e9", "tab\there"], ids=repr)
def test_request_id_that_is_not_sane(api, given):
    answer = api.producer.get("/livez", headers={"X-Request-Id": given.encode("latin-1")})
    assert answer.headers["X-Request-Id"] != given


def test_traceparent_to_the_rows(api, producer_db, consumer_db, topic):
    """One trace from the request through Kafka's headers to the consumer; a new span of ours."""
    place = unique("place")
    traced, plain = example(place_id=place), example(place_id=place)
    api.submit(traced, headers={"traceparent": TRACEPARENT}).expect(201)
    api.submit(plain).expect(201)
    api.wait_stored(model_of(traced, plain))

    def trace_at_the_producer(receipt):
        return producer_db.execute(
            "SELECT replace(t.trace_id::text, '-', ''), encode(t.span_id, 'hex'), t.sampled"
            "  FROM journal.trace t JOIN journal.accepted a USING (receipt_id)"
            " WHERE a.transaction_id = %s", [receipt["transaction_id"]]).fetchall()

    def trace_at_the_consumer(receipt):
        return consumer_db.execute(
            "SELECT trace_id, span_id, sampled FROM analytics.receipt_trace"
            " WHERE transaction_id = %s AND place_id = %s",
            [receipt["transaction_id"], place]).fetchall()

    kept = trace_at_the_producer(traced)
    assert len(kept) == 1 and kept[0][0] == TRACE and kept[0][1] != SPAN and kept[0][2] is True
    assert trace_at_the_consumer(traced) == kept
    message = topic.find(traced["transaction_id"])
    assert message.headers["traceparent"] == f"00-{TRACE}-{kept[0][1]}-01"

    assert trace_at_the_producer(plain) == trace_at_the_consumer(plain) == []
    assert "traceparent" not in topic.find(plain["transaction_id"]).headers


@pytest.mark.parametrize("given", ["nonsense", TRACEPARENT.upper(), TRACEPARENT + "-x",
                                   "00-" + "0" * 32 + f"-{SPAN}-01"])
def test_traceparent_that_is_none(api, producer_db, given):
    """Ignored, as the standard asks: the receipt matters more."""
    receipt = example()
    api.submit(receipt, headers={"traceparent": given}).expect(201)
    assert producer_db.execute(
        "SELECT t.* FROM journal.trace t JOIN journal.accepted a USING (receipt_id)"
        " WHERE a.transaction_id = %s", [receipt["transaction_id"]]).fetchall() == []


def test_republished_with_its_trace(api, producer_db, topic):
    """A receipt that is published once more carries the same trace."""
    receipt = example()
    api.submit(receipt, headers={"traceparent": TRACEPARENT}).expect(201)

    first = topic.find(receipt["transaction_id"])
    wait_until(lambda: producer_db.execute(
        "SELECT count(*) = 0 FROM journal.outbox").fetchone()[0], what="an empty outbox")
    producer_db.execute(
        "SELECT journal.republish(a.received_at, a.received_at + interval '1 microsecond')"
        "  FROM journal.accepted a WHERE a.transaction_id = %s", [receipt["transaction_id"]])
    wait_until(lambda: len(topic.all(receipt["transaction_id"])) == 2, what="the second message")
    second = topic.all(receipt["transaction_id"])[1]
    assert second.headers["traceparent"] == first.headers["traceparent"]
