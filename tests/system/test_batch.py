"""POST /api/checks/batch/: each receipt alone, whatever stands around it."""

import socket
import threading
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from api import model_of
from client import JSON, TIMEOUT
from jsontext import encode
from receipts import example, random_receipt, random_source, unique, utc
from waiting import wait_until

BATCH = "/api/checks/batch/"
NDJSON = "application/x-ndjson"
MIB = 1024 * 1024


def as_array(receipts):
    return b"[" + b",".join(r if isinstance(r, bytes) else encode(r) for r in receipts) + b"]"


def as_lines(receipts):
    return b"".join((r if isinstance(r, bytes) else encode(r)) + b"\n" for r in receipts)


FORMS = {"array": (JSON, as_array), "lines": (NDJSON, as_lines)}
forms = pytest.mark.parametrize("form", FORMS)


def send(service, receipts, form="lines", body=None, **how):
    content_type, write = FORMS[form]
    return service.post(BATCH, write(receipts) if body is None else body,
                        headers={"Content-Type": content_type}, timeout=60, **how)


def counts(answer):
    """(accepted, duplicates, conflicts, rejected), checked against the results."""
    body = answer.json
    found = tuple(body[name] for name in ("accepted", "duplicates", "conflicts", "rejected"))
    statuses = [entry["status"] for entry in body["results"]]
    assert found == tuple(map(statuses.count, ("accepted", "duplicate", "conflict", "rejected")))
    assert [entry["index"] for entry in body["results"]] == list(range(len(statuses)))
    return found


class TestResults:
    @forms
    def test_good_ones_are_counted(self, api, form):
        source = random_source(form)
        place_id = unique("place")
        receipts = [random_receipt(source, place_id, utc(2024, 5, 1, n % 24)) for n in range(1200)]
        answer = send(api.producer, receipts, form).expect(200)
        assert counts(answer) == (1200, 0, 0, 0)
        assert [entry["transaction_id"] for entry in answer.json["results"]] == [
            receipt["transaction_id"] for receipt in receipts]
        assert all(set(entry) == {"index", "transaction_id", "status"}
                   for entry in answer.json["results"])
        api.wait_stored(model_of(*receipts))
        assert counts(send(api.producer, receipts, form).expect(200)) == (0, 1200, 0, 0)
        api.check(model_of(*receipts), live="true")

    @forms
    def test_each_stands_alone(self, api, form):
        good, twice = example(), example()
        broken = [b'{"transaction_id": "x",', b"[1]", b"true", b'{"a": "\xff"}', b"{}"]
        if form == "array":
            broken[0] = b'{"transaction_id" "x"}'
        receipts = [good, broken[0], twice, twice, {**good, "payment_method": "other"},
                    {**example(), "items": []}, *broken[1:], example()]
        answer = send(api.producer, receipts, form).expect(200)
        assert counts(answer) == (3, 1, 1, 6)
        results = answer.json["results"]
        assert [entry["status"] for entry in results[:6]] == [
            "accepted", "rejected", "accepted", "duplicate", "conflict", "rejected"]
        assert [[e["code"] for e in entry["errors"]] for entry in results[4:6]] == [
            ["conflict"], ["no_items"]]
        single = api.submit(receipts[5]).expect(400).json["errors"]
        assert results[5]["errors"] == single
        assert all(entry["errors"] for entry in results if entry["status"] == "rejected")

    def test_warnings(self, api):
        answer = send(api.producer, [example(total_amount=Decimal("30.00"))]).expect(200)
        (entry,) = answer.json["results"]
        assert entry["status"] == "accepted"
        assert [w["code"] for w in entry["warnings"]] == ["total_mismatch"]

    @pytest.mark.parametrize("form, body", [
        ("lines", b""), ("lines", b"\n\r\n  \n"), ("array", b"[]"), ("array", b" [\n] ")])
    def test_none(self, api, form, body):
        answer = send(api.producer, [], form, body).expect(200)
        assert counts(answer) == (0, 0, 0, 0)

    @forms
    def test_chunked_upload(self, api, form):
        """Without a length, a byte or a few at a time, over several chunks."""
        receipts = [example() for _ in range(30)]
        body = FORMS[form][1](receipts)
        source = random_source("pieces")

        def pieces():
            at = 0
            while at < len(body):
                size = source.choice((1, 2, 7, 400, 3000))
                yield body[at:at + size]
                at += size
        assert counts(send(api.producer, [], form, pieces()).expect(200)) == (30, 0, 0, 0)

    def test_the_journal_has_each(self, api, producer_db):
        receipts = [example(), b"nonsense", example()]
        request_id = unique("req")
        api.producer.post(BATCH, as_lines(receipts), headers={
            "Content-Type": NDJSON, "X-Request-Id": request_id}).expect(200)
        stored = producer_db.execute("SELECT body, outcome FROM journal.receipt WHERE request_id = %s"
                                     " ORDER BY receipt_id", [request_id]).fetchall()
        assert stored == [(encode(receipts[0]), "accepted"), (b"nonsense", "rejected"),
                          (encode(receipts[2]), "accepted")]


class TestBrokenArray:
    @pytest.mark.parametrize("tail, where", [
        (b"", "ends"), (b",", "ends"), (b",]", '"]"'), (b"} ]", '"}"'), (b"]x", '"x"'),
        (b', {"transaction_id": "open', "ends"), (b" {}]", '"{"')])
    def test_what_stood_before_is_dealt_with(self, api, tail, where):
        receipts = [example(), example()]
        body = as_array(receipts)[:-1] + tail
        answer = send(api.producer, [], "array", body).expect(400)
        problem = answer.json
        assert problem["type"].endswith(":malformed_batch")
        assert where in problem["detail"] and "byte" in problem["detail"]
        assert counts(answer) == (2, 0, 0, 0)
        assert counts(send(api.producer, receipts, "array").expect(200)) == (0, 2, 0, 0)

    @pytest.mark.parametrize("body", [b"", b"{}", b"nonsense", b"\xef\xbb\xbf[]", b"\x00", b"[",
                                      b"null", b'"[]"'])
    def test_no_array(self, api, body):
        answer = send(api.producer, [], "array", body).expect(400)
        assert answer.json["results"] == []

    def test_the_rest_is_read_and_dropped(self, api):
        """The connection stays usable, and nothing behind the break counts."""
        late = example()
        body = as_array([example()])[:-1] + b" oops " + as_array([late]) + b" " * MIB
        assert counts(send(api.producer, [], "array", body).expect(400)) == (1, 0, 0, 0)
        api.check_status(late["transaction_id"]).expect(404)


class TestLimits:
    @forms
    def test_one_receipt_too_large(self, api, form):
        large = {**example(), "note": "x" * MIB}
        answer = send(api.producer, [example(), large, large, example()], form).expect(200)
        assert counts(answer) == (2, 0, 0, 2)
        for entry in answer.json["results"][1:3]:
            assert entry["errors"][0]["code"] == "too_long"
            assert str(len(encode(large))) in entry["errors"][0]["message"]

    @forms
    def test_sixteen_mebibytes(self, api, form):
        filler = "x" * 200000
        receipts = [{**example(), "note": filler} for _ in range(80)]
        body = FORMS[form][1](receipts)
        body += b" " * (16 * MIB - len(body))
        assert counts(send(api.producer, [], form, body).expect(200)) == (80, 0, 0, 0)

    def test_beyond(self, api):
        send(api.producer, [], "lines", b"\n" * (16 * MIB + 1)).expect(413)

    def test_hundred_thousand_receipts_at_most(self, api):
        """The results stay bounded: late ones come without their errors."""
        answer = send(api.producer, [], "lines", b"0\n" * 100001).expect(413)
        assert answer.json["type"].endswith(":batch_too_long")
        assert counts(answer) == (0, 0, 0, 100000)
        assert "errors" in answer.json["results"][0]
        assert "errors" not in answer.json["results"][-1]
        assert len(answer.body) < 16 * MIB

    @pytest.mark.parametrize("content_type", [
        "text/plain", "application/x-ndjson; charset=latin1", "application/ndjson", None])
    def test_other_types(self, api, content_type):
        api.producer.post(BATCH, b"[]", headers={"Content-Type": content_type}).expect(415)

    def test_parameters(self, api):
        answer = api.producer.post(BATCH + "?dry_run=true", as_array([example()])).expect(400)
        assert "dry_run" in answer.text


class TestTokens:
    @pytest.mark.parametrize("body", [b"", b"[]", b"[", b"nonsense", b"\n" * 100])
    @pytest.mark.parametrize("token, status", [(None, 401), ("wrong", 401), ("analyst", 403)])
    def test_refused(self, api, token, status, body):
        token = api.analyst if token == "analyst" else token
        for form in FORMS:
            send(api.producer.with_token(token), [], form, body).expect(status)

    def test_a_stranger_stores_nothing(self, api):
        receipts = [example() for _ in range(3)]
        send(api.producer.with_token(None), receipts).expect(401)
        for receipt in receipts:
            api.check_status(receipt["transaction_id"]).expect(404)

    def test_foreign_places_are_rejected_alone(self, api):
        mine = unique("place")
        made = api.producer_admin.post("/api/tokens/", {
            "name": unique("till"), "role": "submitter", "places": [mine]}).expect(201).json
        receipts = [example(), example(place_id=mine), example(place_id=unique("other"))]
        answer = send(api.producer.with_token(made["token"]), receipts).expect(200)
        assert counts(answer) == (2, 0, 0, 1)
        assert answer.json["results"][2]["errors"][0]["code"] == "foreign_place"


class TestCut:
    def test_whole_chunks_stay_and_all_can_be_sent_again(self, api, instance):
        """A client that dies in the middle of a receipt."""
        receipts = [example() for _ in range(1500)]
        body = as_lines(receipts)
        url = urlsplit(instance["PRODUCER_URL"])
        with socket.create_connection((url.hostname, url.port), TIMEOUT) as connection:
            connection.sendall((
                f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.submitter}\r\n"
                f"Content-Type: {NDJSON}\r\nContent-Length: {len(body)}\r\n\r\n").encode())
            connection.sendall(body[:-100])
            first = receipts[0]["transaction_id"]
            wait_until(lambda: api.check_status(first).status == 200, what="the first chunk")
        accepted, duplicates, *rest = counts(send(api.producer, receipts).expect(200))
        assert accepted + duplicates == 1500 and rest == [0, 0]
        assert duplicates > 0 and accepted > 0

    def test_many_at_once(self, api):
        """Batches that share receipts: each is accepted once."""
        receipts = [example() for _ in range(700)]
        answers = []
        threads = [threading.Thread(target=lambda part=part: answers.append(
            send(api.producer, receipts[part:] + receipts[:part]))) for part in (0, 100, 350, 600)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        totals = [counts(answer.expect(200)) for answer in answers]
        assert sum(found[0] for found in totals) == 700
        assert sum(found[1] for found in totals) == 3 * 700

    def test_singles_pass_by(self, api):
        """A large batch does not hold up a single receipt for long."""
        body = as_lines([{**example(), "note": "x" * 1000} for _ in range(8000)])
        thread = threading.Thread(target=send, args=(api.producer, [], "lines", body))
        thread.start()
        while thread.is_alive():
            api.submit(example(), timeout=5).expect(201)
        thread.join()
