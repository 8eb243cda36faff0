"""Messages that the database itself cannot take, and a database that takes none: the
one is put aside and nothing with it, the other is waited for."""

import re
from pathlib import Path

import pytest

from api import model_of
from canonical import canonical
from instance import Adopted
from receipts import example, unique
from topic import TopicWriter
from waiting import wait_until

pytestmark = pytest.mark.slow

LETTERS = ("SELECT dead_letter_id, code, pointer, message, value, resolution FROM analytics.dead_letter"
           ' WHERE topic = %s AND "partition" = %s AND "offset" = %s')


def send(writer, receipt):
    return writer.send(canonical(receipt, receipt["place_id"]), receipt["place_id"].encode())


def letter(consumer_db, writer, at):
    return consumer_db.execute(LETTERS, [writer.topic, *at]).fetchone()


def open_letters(consumer_db):
    return consumer_db.execute(
        "SELECT count(*) FROM analytics.dead_letter WHERE resolved_at IS NULL").fetchone()[0]


@pytest.fixture
def batch(writer):
    """Receipts of one place, of which one is the victim, sent at once by send_all()."""
    place_id = unique("place")
    return [example(place_id=place_id) for _ in range(41)]


def send_all(writer, receipts):
    """Send all; returns where the one in the middle lies."""
    middle = len(receipts) // 2
    for number, receipt in enumerate(receipts):
        at = send(writer, receipt)
        if number == middle:
            found = at
    return receipts[middle], receipts[:middle] + receipts[middle + 1:], found


class TestRefusedByTheDatabase:
    def test_constraint(self, api, consumer_db, writer, batch):
        """Bisected: the one is a dead letter, the rest is stored; retried, it counts once."""
        victim = batch[len(batch) // 2]["transaction_id"]
        consumer_db.execute("ALTER TABLE analytics.raw_receipt ADD CONSTRAINT no_victim"
                            f" CHECK (transaction_id <> '{victim}') NOT VALID")
        try:
            bad, good, at = send_all(writer, batch)
            api.wait_stored(model_of(*good))
            number, code, pointer, message, value, _ = wait_until(
                lambda: letter(consumer_db, writer, at), what="the dead letter")
            assert (code, pointer) == ("23514", None) and "no_victim" in message
            assert value == canonical(bad, bad["place_id"])
            path = f"/api/dead-letters/{number}/retry/"
            refused = api.consumer_admin.post(path).expect(422).json
            assert [error["code"] for error in refused["errors"]] == ["23514"]
            tried = api.consumer_admin.post("/api/dead-letters/retry/?code=23514").expect(200).json
            assert tried["retried"] >= 1
            assert letter(consumer_db, writer, at)[-1] is None, "still open"
        finally:
            consumer_db.execute("ALTER TABLE analytics.raw_receipt DROP CONSTRAINT no_victim")
        for _ in range(2):
            assert api.consumer_admin.post(path).expect(200).json["resolution"] == "stored"
        api.check(model_of(*batch), live="true")

    @pytest.mark.restart
    def test_a_server_process_that_dies_of_it(self, api, consumer_db, writer, batch):
        """Found by what is lost with it each time; its neighbours are stored."""
        victim = batch[len(batch) // 2]["transaction_id"]
        consumer_db.execute(f"""
            CREATE FUNCTION public.kill_self() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF NEW.transaction_id = '{victim}' THEN
                    PERFORM pg_terminate_backend(pg_backend_pid());
                    PERFORM pg_sleep(1);
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER kill_self BEFORE INSERT ON analytics.raw_receipt
                FOR EACH ROW EXECUTE FUNCTION public.kill_self()""")
        try:
            _, good, at = send_all(writer, batch)
            api.wait_stored(model_of(*good), timeout=120)
            number, code, _, message, _, _ = wait_until(
                lambda: letter(consumer_db, writer, at), 60, what="the dead letter")
            assert code == "08006" and "lost" in message
        finally:
            consumer_db.execute("DROP TRIGGER kill_self ON analytics.raw_receipt;"
                                " DROP FUNCTION public.kill_self()")
        assert consumer_db.execute("SELECT resolution FROM analytics.dead_letter_retry(%s)",
                                   [number]).fetchone() == ("stored",)
        api.check(model_of(*batch), live="true")


@pytest.mark.restart
def test_a_long_lock_is_waited_for(api, instance, consumer_db, writer, tmp_path):
    """However often the time-out passes: the receipts are not to blame."""
    before = open_letters(consumer_db)
    receipts = [example(place_id=unique("place")) for _ in range(3)]
    with Adopted(instance, "sink", tmp_path / "sink.log", RECEIPTS_QUERY_TIMEOUT="1") as sink:
        with instance.connect("consumer", autocommit=False) as holder:
            holder.execute("LOCK TABLE analytics.raw_receipt IN ACCESS EXCLUSIVE MODE")
            for receipt in receipts:
                send(writer, receipt)
            # Many time-outs: of three, one would be too many.
            consumer_db.execute("SELECT pg_sleep(20)")
            assert open_letters(consumer_db) == before, sink.log()
            (waiting,) = consumer_db.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'receipts_sink'").fetchone()
            assert waiting <= 1, "a time-out leaves no server process waiting"
            holder.rollback()
        api.wait_stored(model_of(*receipts))
    assert open_letters(consumer_db) == before


class TestLarge:
    """5 MiB, far more than the producer takes; also where less may be read ahead."""
    SIZE = 5 * 1024 * 1024

    @pytest.fixture(scope="class")
    def wide(self, instance):
        return TopicWriter(instance["BROKERS"], instance["TOPIC"], limit=2 * self.SIZE)

    def both(self, api, consumer_db, wide):
        """Junk is put aside with all its bytes, a receipt of that size is stored."""
        place_id = unique("place")
        junk = b"x" * self.SIZE
        at = wide.send(junk, place_id.encode())
        large = example(place_id=place_id, remark="y" * self.SIZE)
        wide.send(canonical(large, place_id), place_id.encode())
        small = example(place_id=place_id)
        wide.send(canonical(small, place_id), place_id.encode())
        api.wait_stored(model_of(large, small))
        number, code, _, _, value, _ = letter(consumer_db, wide, at)
        assert code == "malformed_json" and value == junk
        assert consumer_db.execute("SELECT analytics.dead_letter_dismiss(%s, 'a test')",
                                   [number]).fetchone() == (True,)

    def test_as_it_runs(self, api, consumer_db, wide):
        self.both(api, consumer_db, wide)

    @pytest.mark.restart
    def test_in_little_memory(self, api, instance, consumer_db, wide, tmp_path):
        settings = {"RECEIPTS_QUEUE_BYTES": "65536", "RECEIPTS_BATCH_BYTES": "65536"}
        with Adopted(instance, "sink", tmp_path / "sink.log", **settings):
            self.both(api, consumer_db, wide)


def resident_mb(pid):
    """The memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


@pytest.mark.restart
def test_memory_is_bounded(instance, consumer_db, writer, tmp_path):
    """While the database takes nothing, however much lies in Kafka, in all partitions."""
    marker = unique("filler").encode()
    settings = {"RECEIPTS_QUEUE_BYTES": "1048576", "RECEIPTS_BATCH_BYTES": "1048576"}
    partitions = [row[0] for row in consumer_db.execute(
        'SELECT "partition" FROM analytics.kafka_offset WHERE topic = %s', [writer.topic])]
    with Adopted(instance, "sink", tmp_path / "sink.log", **settings) as sink:
        wait_until(lambda: "from now on" in sink.log(), what="the smaller queues")
        before = resident_mb(sink.process.pid)
        with instance.connect("consumer", autocommit=False) as holder:
            holder.execute("LOCK TABLE analytics.kafka_offset IN ACCESS EXCLUSIVE MODE")
            for partition in partitions:
                writer.send_many([marker + b"x" * 100_000] * 60, partition)
            consumer_db.execute("SELECT pg_sleep(8)")
            grown = resident_mb(sink.process.pid) - before
            holder.rollback()
        # 6 MB lie in each partition; 1 MiB, as much again under way, and a batch are allowed.
        assert grown < 12, f"{grown:.0f} MB more"
        wait_until(lambda: consumer_db.execute(
            "SELECT count(*) FROM analytics.dead_letter WHERE substr(value, 1, %s) = %s",
            [len(marker), marker]).fetchone()[0] == 60 * len(partitions), 60, what="all of it")
    consumer_db.execute("DELETE FROM analytics.dead_letter WHERE substr(value, 1, %s) = %s",
                        [len(marker), marker])
