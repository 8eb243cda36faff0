"""The producer's journal: every receipt ever received, to the byte, and what became of it."""

from decimal import Decimal

import pytest

from client import instant
from receipts import example, example_text, unique
from waiting import wait_until


def rows(database, request_id):
    """The journal's rows of a request."""
    return database.execute(
        "SELECT r.outcome, r.body, r.transaction_id, host(r.address), r.errors, r.warnings,"
        "       r.place_id, t.role"
        "  FROM journal.receipt r JOIN auth.token t USING (token_id)"
        " WHERE r.request_id = %s", [request_id]).fetchall()


def submit(api, body):
    """Submit under a request id of its own; returns the answer and that id."""
    request_id = unique("req")
    return api.submit(body, headers={"X-Request-Id": request_id}), request_id


class TestRecord:
    def test_accepted(self, api, producer_db):
        body = example_text(unique("T"))
        answer, request_id = submit(api, body)
        answer.expect(201)
        (row,) = rows(producer_db, request_id)
        outcome, stored, transaction_id, address, errors, warnings, place_id, role = row
        assert (outcome, stored) == ("accepted", body)
        assert transaction_id == answer.json["transaction_id"]
        assert (address, role, place_id) == ("127.0.0.1", "submitter", "unassigned")
        assert errors is None and not warnings

    def test_warnings_are_kept(self, api, producer_db):
        answer, request_id = submit(api, example(total_amount=Decimal("1.00"),
                                                 nds_amount=Decimal("0.00")))
        answer.expect(201)
        (row,) = rows(producer_db, request_id)
        assert [warning["code"] for warning in row[5]] == ["total_mismatch"]

    def test_rejected(self, api, producer_db):
        body = example_text(unique("T")).replace(b'"quantity": 2', b'"quantity": -2')
        answer, request_id = submit(api, body)
        answer.expect(400)
        (row,) = rows(producer_db, request_id)
        assert row[:2] == ("rejected", body)
        assert row[4] == [{**problem} for problem in answer.json["errors"]]

    @pytest.mark.parametrize("body", [
        b"{", b"", b"hello", b"[]", b"\xff\xfe\x00{", b"\x00" * 100, b'{"a":"\\u0000"}',
        b'{"transaction_id":"\\ud800"}', bytes(range(256)), b"[" * 100000,
    ], ids=lambda body: repr(body[:12]))
    def test_malformed(self, api, producer_db, body):
        answer, request_id = submit(api, body)
        answer.expect(400)
        (row,) = rows(producer_db, request_id)
        assert row[:2] == ("rejected", body)
        assert [problem["code"] for problem in row[4]] == [code for _, code in answer.problems]

    def test_duplicate_and_conflict(self, api, producer_db):
        transaction_id = unique("T")
        first = example_text(transaction_id)
        again = first.replace(b"    ", b"\t")
        other = first.replace(b"credit_card", b"cash")
        seen = [submit(api, body) for body in (first, again, other)]
        assert [answer.status for answer, _ in seen] == [201, 200, 409]
        stored = [rows(producer_db, request_id)[0][:3] for _, request_id in seen]
        assert stored == [("accepted", first, transaction_id), ("duplicate", again, transaction_id),
                          ("conflict", other, transaction_id)]

    def test_the_sender_is_the_token(self, api, producer_db):
        made = api.producer_admin.post("/api/tokens/", {"name": unique("till"), "role": "submitter"})
        made = made.expect(201).json
        request_id = unique("req")
        api.producer.with_token(made["token"]).post(
            "/api/checks/", example(), headers={"X-Request-Id": request_id}).expect(201)
        found = producer_db.execute("SELECT token_id FROM journal.receipt WHERE request_id = %s",
                                    [request_id]).fetchall()
        assert found == [(made["id"],)]

    def test_strangers_leave_no_rows(self, api, producer_db):
        """What nobody vouches for cannot fill the journal."""
        receipt = example()
        api.producer.with_token(None).post("/api/checks/", receipt).expect(401)
        assert producer_db.execute("SELECT count(*) FROM journal.receipt WHERE transaction_id = %s",
                                   [receipt["transaction_id"]]).fetchone() == (0,)

    def test_received_at(self, api, producer_db):
        receipt = example()
        answer = api.submit(receipt).expect(201)
        (stored,) = producer_db.execute(
            "SELECT received_at FROM journal.receipt WHERE transaction_id = %s",
            [receipt["transaction_id"]]).fetchone()
        assert instant(answer.json["received_at"]) == stored

    def test_append_only(self, api, producer_db):
        """Not even by the owner's slip of the hand, as far as the login roles go."""
        for role in ("receipts_producer", "receipts_relay"):
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                assert producer_db.execute(
                    "SELECT has_table_privilege(%s, 'journal.receipt', %s)",
                    [role, right]).fetchone() == (False,)


class TestOutbox:
    def test_accepted_receipts_pass_through(self, api, producer_db, topic):
        receipt = example()
        answer = api.submit(receipt).expect(201)
        message = topic.find(receipt["transaction_id"])
        wait_until(lambda: producer_db.execute(
            "SELECT count(*) = 0 FROM journal.outbox o JOIN journal.receipt r USING (receipt_id)"
            " WHERE r.transaction_id = %s", [receipt["transaction_id"]]).fetchone()[0],
            what="the outbox to be empty of it")
        status = api.check_status(receipt["transaction_id"]).expect(200).json
        assert status["transaction_id"] == receipt["transaction_id"]
        assert status["status"] == "published"
        assert status["place_id"] == "unassigned"
        assert instant(status["received_at"]) == instant(answer.json["received_at"])
        assert instant(status["published_at"]) >= instant(status["received_at"])
        if "partition" in status:
            assert (status["partition"], status["offset"]) == (message.partition, message.offset)

    def test_status_of_an_id_with_any_characters(self, api):
        transaction_id = unique("a/b?c#d %25&ё")
        api.submit(example(transaction_id)).expect(201)
        assert api.check_status(transaction_id).expect(200).json["transaction_id"] == transaction_id

    def test_status_of_the_unknown(self, api):
        api.check_status(unique("never")).expect(404)

    def test_unknown_parameter(self, api):
        receipt = example()
        api.submit(receipt).expect(201)
        answer = api.producer.get(f"/api/checks/{receipt['transaction_id']}/?colour=red").expect(400)
        assert "colour" in answer.text


class TestEvents:
    def events(self, database, transaction_id):
        return [row[0] for row in database.execute(
            "SELECT event FROM journal.event WHERE transaction_id = %s ORDER BY at",
            [transaction_id])]

    def test_the_life_of_a_receipt(self, api, producer_db):
        receipt = example()
        transaction_id = receipt["transaction_id"]
        api.submit({**receipt, "items": []}).expect(400)
        api.submit(receipt).expect(201)
        wait_until(lambda: "published" in self.events(producer_db, transaction_id))
        api.submit(receipt).expect(200)
        api.submit({**receipt, "payment_method": "cash"}).expect(409)
        events = self.events(producer_db, transaction_id)
        assert sorted(events) == sorted(["received", "rejected", "received", "accepted", "published",
                                         "received", "duplicate", "received", "conflict"])
        assert events.index("accepted") < events.index("published") < events.index("duplicate")


@pytest.mark.slow
@pytest.mark.restart
def test_life_story(api, instance, producer_db, consumer_db):
    """HTTP and SQL tell the same at each step: queued, published, queued again,
    published once more; stored, then rolled up."""
    receipt = example(place_id=unique("place"))
    transaction_id = receipt["transaction_id"]

    def told():
        """Status, partition, offset and time of publication, as both sides say."""
        found = api.check_status(transaction_id).expect(200).json
        row = producer_db.execute(
            'SELECT status, topic, "partition", "offset", published_at FROM journal.receipt_status'
            " WHERE transaction_id = %s", [transaction_id]).fetchone()
        shown = tuple(found[name] for name in ("status", "topic", "partition", "offset"))
        assert shown == row[:4]
        assert (found["published_at"] and instant(found["published_at"])) == row[4]
        return row

    def consumer_tells():
        return consumer_db.execute("SELECT stored_at IS NOT NULL, rolled_up FROM analytics.receipt_status"
                                   " WHERE transaction_id = %s", [transaction_id]).fetchone()

    instance.stop("relay")
    try:
        api.submit(receipt).expect(201)
        assert told() == ("queued", None, None, None, None)
        assert consumer_tells() is None
    finally:
        instance.start("relay")
    wait_until(lambda: told()[0] == "published", what="the first publication")
    first = told()
    assert wait_until(consumer_tells, what="the receipt in the analytics") == (True, False)
    instance.stop("relay")
    try:
        (count,) = producer_db.execute(
            "SELECT journal.republish(received_at, received_at + interval '1 microsecond')"
            " FROM journal.receipt WHERE transaction_id = %s", [transaction_id]).fetchone()
        assert count == 1
        assert told() == ("queued", *first[1:]), "where it was first is not forgotten"
    finally:
        instance.start("relay")
    wait_until(lambda: told()[0] == "published", what="the second publication")
    again = told()
    assert again[2] == first[2] and again[3] > first[3] and again[4] > first[4]
    api.rollup()
    assert consumer_tells() == (True, True)
