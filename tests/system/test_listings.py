"""The admin's listings: the journal at the producer, dead letters at the consumer."""

import base64
from datetime import timedelta

import pytest

from api import model_of, parameters
from canonical import canonical
from client import instant
from receipts import example, example_text, unique
from waiting import wait_until


def pages(service, path, filters):
    """Every entry of a listing, a page at a time."""
    found, cursor = [], None
    while True:
        page = service.get(path, params=parameters({**filters, "cursor": cursor})).expect(200).json
        found += page["results"]
        cursor = page["next"]
        if cursor is None:
            return found


class TestJournal:
    def outcomes(self, api):
        """Four receipts, one of each outcome; returns their id and the answers' times."""
        transaction_id = unique("T")
        body = example_text(transaction_id)
        first = api.submit(body).expect(201)
        api.submit(body).expect(200)
        api.submit(body.replace(b"credit_card", b"cash")).expect(409)
        api.submit(body.replace(b'"quantity": 2', b'"quantity": -2')).expect(400)
        return transaction_id, instant(first.json["received_at"])

    def test_every_outcome(self, api):
        transaction_id, since = self.outcomes(api)
        found = [entry for entry in pages(api.producer_admin, "/api/checks/", {"from": since.isoformat()})
                 if entry["transaction_id"] == transaction_id]
        assert [entry["outcome"] for entry in found] == [
            "rejected", "conflict", "duplicate", "accepted"], "newest first"
        rejected, accepted = found[0], found[-1]
        assert [error["code"] for error in rejected["errors"]] == ["not_positive"]
        assert accepted["body"] == example_text(transaction_id).decode()
        assert accepted["address"] == "127.0.0.1" and accepted["request_id"]
        assert all(entry["body_base64"] is None for entry in found)

    @pytest.mark.parametrize("outcome", ["accepted", "rejected", "duplicate", "conflict"])
    def test_filter(self, api, outcome):
        transaction_id, since = self.outcomes(api)
        found = pages(api.producer_admin, "/api/checks/",
                      {"outcome": outcome, "from": since.isoformat(), "limit": 2})
        assert {entry["outcome"] for entry in found} == {outcome}
        assert len([e for e in found if e["transaction_id"] == transaction_id]) == 1

    def test_interval_is_half_open(self, api):
        _, since = self.outcomes(api)
        tick = timedelta(microseconds=1)
        for start, end, expected in ((since, since + tick, 1), (since - tick, since, 0)):
            found = pages(api.producer_admin, "/api/checks/",
                          {"from": start.isoformat(), "to": end.isoformat()})
            assert len([e for e in found if instant(e["received_at"]) == since]) == expected

    def test_bytes_that_are_no_text(self, api):
        request_id, body = unique("req"), b"\xff\xfe\x00 no receipt"
        api.submit(body, headers={"X-Request-Id": request_id}).expect(400)
        (entry,) = [e for e in api.producer_admin.get("/api/checks/?limit=50").expect(200).json["results"]
                    if e["request_id"] == request_id]
        assert entry["body"] is None and base64.b64decode(entry["body_base64"]) == body

    def test_cursor_is_stable_while_receipts_arrive(self, api):
        """Nothing twice, nothing left out, of what was there when the reading began."""
        ids = [unique("T") for _ in range(9)]
        first = [api.submit(example(name)).expect(201) for name in ids][0]
        since = instant(first.json["received_at"]).isoformat()
        seen, cursor = [], None
        while True:
            page = api.producer_admin.get("/api/checks/", params=parameters(
                {"from": since, "limit": 2, "cursor": cursor})).expect(200).json
            seen += [entry["transaction_id"] for entry in page["results"]]
            cursor = page["next"]
            if cursor is None:
                break
            api.submit(example()).expect(201)
        assert [name for name in seen if name in ids] == ids[::-1]

    def test_every_bad_parameter_is_named(self, api):
        query = "outcome=lost&from=x&to=y&limit=1001&cursor=WyJhIl0&colour=red"
        problem = api.producer_admin.get(f"/api/checks/?{query}").expect(400).json
        assert {error["parameter"] for error in problem["errors"]} == {
            "outcome", "from", "to", "limit", "cursor", "colour"}

    def test_for_admins(self, api):
        api.producer.get("/api/checks/").expect(403)


class TestDeadLetters:
    def dead(self, api, writer, value):
        """Put a message into the topic that cannot be stored; returns its dead letter."""
        partition, offset = writer.send(value, b"key")

        def find():
            return [entry for entry in api.consumer_admin.get(
                        "/api/dead-letters/?limit=1000").expect(200).json["results"]
                    if (entry["partition"], entry["offset"]) == (partition, offset)]
        return wait_until(find, what="the dead letter")[0]

    def test_listing(self, api, writer):
        value = b"\xffjunk " + unique("x").encode()
        letter = self.dead(api, writer, value)
        assert base64.b64decode(letter["value_base64"]) == value
        assert letter["code"] == "invalid_encoding" and letter["message"]
        assert letter["resolved_at"] is None and letter["resolution"] is None
        found = pages(api.consumer_admin, "/api/dead-letters/",
                      {"code": letter["code"], "open": "true", "limit": 3})
        assert letter in found
        assert {entry["code"] for entry in found} == {letter["code"]}
        assert letter not in pages(api.consumer_admin, "/api/dead-letters/", {"open": "false"})
        ids = [entry["id"] for entry in found]
        assert ids == sorted(ids, reverse=True) and len(set(ids)) == len(ids)

    def test_retry_in_vain(self, api, writer):
        letter = self.dead(api, writer, b"junk")
        answer = api.consumer_admin.post(f"/api/dead-letters/{letter['id']}/retry/").expect(422)
        assert [error["code"] for error in answer.json["errors"]] == ["malformed_json"]
        assert letter in pages(api.consumer_admin, "/api/dead-letters/", {"open": "true"})

    def mendable(self, api, consumer_db, writer):
        """A dead letter whose bytes are a good receipt by now, as after a mended rule."""
        receipt = example(place_id=unique("place"))
        letter = self.dead(api, writer, b"junk")
        consumer_db.execute("UPDATE analytics.dead_letter SET value = %s, code = %s"
                            " WHERE dead_letter_id = %s",
                            [canonical(receipt, receipt["place_id"]), unique("code"), letter["id"]])
        return receipt, letter["id"]

    def test_retry_counts_once(self, api, consumer_db, writer):
        receipt, number = self.mendable(api, consumer_db, writer)
        for _ in range(3):
            entry = api.consumer_admin.post(f"/api/dead-letters/{number}/retry/").expect(200).json
            assert entry["id"] == number and entry["resolution"] == "stored"
        api.check(model_of(receipt), live="true")

    def test_retry_by_code(self, api, consumer_db, writer):
        receipts, numbers = zip(*[self.mendable(api, consumer_db, writer) for _ in range(3)])
        code = unique("code")
        consumer_db.execute("UPDATE analytics.dead_letter SET code = %s WHERE dead_letter_id = ANY (%s)",
                            [code, list(numbers)])
        path = f"/api/dead-letters/retry/?code={code}"
        assert api.consumer_admin.post(path).expect(200).json == {"retried": 3, "resolved": 3}
        assert api.consumer_admin.post(path).expect(200).json == {"retried": 0, "resolved": 0}
        api.check(model_of(*receipts), live="true")

    def test_dismiss(self, api, writer):
        letter = self.dead(api, writer, b"junk")
        path = f"/api/dead-letters/{letter['id']}/dismiss/"
        for body in (None, {}, {"note": ""}, {"note": "  "}, {"note": 5}, []):
            answer = api.consumer_admin.post(path, body).expect(400)
            assert answer.json["errors"][0]["pointer"] == "/note"
        entry = api.consumer_admin.post(path, {"note": "a test's junk"}).expect(200).json
        assert entry["resolution"] == "dismissed" and "a test's junk" in entry["note"]
        api.consumer_admin.post(path, {"note": "again"}).expect(409)

    @pytest.mark.parametrize("number", ["999999999999", "x", "-1", "99999999999999999999999"])
    def test_unknown(self, api, number):
        api.consumer_admin.post(f"/api/dead-letters/{number}/retry/").expect(404)
        api.consumer_admin.post(f"/api/dead-letters/{number}/dismiss/", {"note": "x"}).expect(404)

    def test_every_bad_parameter_is_named(self, api):
        problem = api.consumer_admin.get(
            "/api/dead-letters/?open=maybe&limit=x&cursor=x&colour=red").expect(400).json
        assert {error["parameter"] for error in problem["errors"]} == {
            "open", "limit", "cursor", "colour"}
        for path in ("/api/dead-letters/retry/", "/api/dead-letters/retry/?colour=red"):
            api.consumer_admin.post(path).expect(400)
        api.consumer_admin.post("/api/dead-letters/1/retry/?colour=red").expect(400)
