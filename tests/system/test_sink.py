"""What the sink does with messages that did not come from the relay."""

import pytest

from api import model_of
from canonical import canonical
from receipts import example, unique
from waiting import wait_until

DEAD = ('SELECT key, value, code, message FROM analytics.dead_letter'
        ' WHERE topic = %s AND "partition" = %s AND "offset" = %s')


def dead_letter(database, writer, at):
    """The dead letter of the message at (partition, offset), once it is there."""
    return wait_until(lambda: database.execute(DEAD, [writer.topic, *at]).fetchone(),
                      what=f"a dead letter of {at}")


class TestDeadLetters:
    @pytest.mark.parametrize("value, code", [
        (b"hello", "malformed_json"), (b"", "malformed_json"), (b"\x00\x01\x02", None),
        (b"\xff\xfe", "invalid_encoding"), (b"[1,2,3]", "not_an_object"), (b"{}", "missing_field"),
        (bytes(range(256)) * 8, None), (b'{"a":' + b"[" * 200000, "too_deep"),
        (canonical(example()).replace(b"27.47", b'"27.47"'), "wrong_type"),
        (canonical(example()).replace(b'"timestamp":"2024', b'"timestamp":"20x4'),
         "invalid_timestamp"),
    ], ids=lambda value: repr(value)[:24])
    def test_garbage(self, consumer_db, writer, value, code):
        key = unique("key").encode()
        at = writer.send(value, key)
        stored_key, stored, stored_code, reason = dead_letter(consumer_db, writer, at)
        assert (stored_key, stored) == (key, value)
        assert reason
        if code is not None:
            assert stored_code == code

    def test_tombstone(self, consumer_db, writer):
        at = writer.send(None, b"key")
        _, stored, code, reason = dead_letter(consumer_db, writer, at)
        assert stored is None and code and reason

    def test_no_key(self, consumer_db, writer):
        at = writer.send(b"junk", None)
        assert dead_letter(consumer_db, writer, at)[:2] == (None, b"junk")

    def test_the_partition_goes_on(self, api, consumer_db, writer):
        """Good messages right before and after the bad one are stored."""
        place_id = unique("place")
        receipts = [example(place_id=place_id) for _ in range(10)]
        bad = []
        for number, receipt in enumerate(receipts):
            writer.send(canonical(receipt, place_id), place_id.encode())
            bad.append(writer.send(b"junk %d" % number, place_id.encode()))
        api.wait_stored(model_of(*receipts))
        for at in bad:
            dead_letter(consumer_db, writer, at)


class TestForeignMessages:
    def test_without_headers(self, api, writer):
        receipt = example(place_id=unique("place"))
        writer.send(canonical(receipt, receipt["place_id"]), None)
        api.wait_stored(model_of(receipt))

    def test_odd_headers(self, api, writer):
        receipt = example(place_id=unique("place"))
        writer.send(canonical(receipt, receipt["place_id"]), b"k",
                    [("ce_id", b"\xff\x00"), ("ce_id", b"again"), ("", b""), ("x" * 5000, None),
                     ("traceparent", b"nonsense")])
        api.wait_stored(model_of(receipt))

    @pytest.mark.parametrize("version", [b"pg_receipts.receipt.v2", b"com.example.other", b"", b"\xff"])
    def test_another_type(self, api, consumer_db, writer, version):
        """However well it reads: what it means is for a version that knows it."""
        place_id = unique("place")
        value = canonical(example(place_id=place_id), place_id)
        at = writer.send(value, b"k", [("ce_type", version)])
        _, stored, code, reason = dead_letter(consumer_db, writer, at)
        assert stored == value and code == "unknown_type" and reason
        good = example(place_id=place_id)
        writer.send(canonical(good, place_id), b"k", [("ce_type", b"pg_receipts.receipt.v1")])
        api.wait_stored(model_of(good))

    def test_pretty_printed(self, api, writer):
        """Any JSON of a receipt is a receipt, not only the canonical one."""
        receipt = example(place_id=unique("place"))
        text = canonical(receipt, receipt["place_id"]).replace(b",", b" ,\n").replace(b":", b" : ")
        text = text.replace(b"12 : 34 : 56", b"12:34:56")
        writer.send(text, b"k")
        api.wait_stored(model_of(receipt))


class TestRedelivery:
    def test_the_same_message_again_counts_once(self, api, consumer_db, topic, writer):
        receipts = [example(place_id=unique("place")) for _ in range(2)]
        api.accept(*receipts)
        model = model_of(*receipts)
        api.wait_stored(model)
        for receipt in receipts:
            message = topic.find(receipt["transaction_id"])
            for partition in (message.partition, 0):
                writer.send(message.value, message.key, partition=partition)
        marker = example(place_id=unique("place"))
        for partition in {topic.find(r["transaction_id"]).partition for r in receipts} | {0}:
            marker = example(place_id=unique("place"))
            writer.send(canonical(marker, marker["place_id"]), b"k", partition=partition)
            api.wait_stored(model_of(marker))
        api.check(model, live="true")
        api.rollup()
        api.check(model)
        assert consumer_db.execute(
            "SELECT count(*) FROM analytics.receipt WHERE transaction_id = ANY (%s)",
            [[receipt["transaction_id"] for receipt in receipts]]).fetchone() == (2,)

    def test_before_the_rollup_and_within_a_batch(self, api, writer):
        receipt = example(place_id=unique("place"))
        value = canonical(receipt, receipt["place_id"])
        for _ in range(5):
            writer.send(value, b"k")
        last = example(place_id=unique("place"))
        writer.send(canonical(last, last["place_id"]), b"k")
        api.wait_stored(model_of(receipt, last))
        api.rollup()
        api.check(model_of(receipt, last))
