"""Runs late, since a topic made anew gives its offsets again.  Offsets that are not those
of the Kafka that answers: noticed, reported, and mended
by a deliberate step only."""

import shutil
from pathlib import Path

import pytest
import requests

import prometheus
from api import model_of
from canonical import canonical
from receipts import example, unique
from waiting import wait_until

pytestmark = [pytest.mark.restart, pytest.mark.slow]


class Sink:
    """The sink as an operator sees it: its listener and its log."""

    def __init__(self, instance):
        self.instance = instance
        self.log_path = instance.run_dir / "log" / "sink.log"
        self.log_start = self.log_path.stat().st_size

    def get(self, path):
        words = Path(f"/proc/{self.instance.pid('sink')}/cmdline").read_text().split("\0")
        address = words[words.index("--admin-listen") + 1]
        return requests.get(f"http://{address}{path}", timeout=10)

    def halted(self):
        """How many partitions stand still."""
        families = prometheus.parse(self.get("/metrics").text)
        return families["receipts_sink_partitions_blocked"][1]["receipts_sink_partitions_blocked", None]

    def log(self):
        return self.log_path.read_bytes()[self.log_start:].decode("utf-8", "replace")

    def wait_halted(self, count):
        """Wait until so many partitions stand still, said everywhere it should be."""
        wait_until(lambda: self.halted() == count, 60, what=f"{count} partitions that stand still")
        ready = self.get("/readyz")
        assert ready.status_code == 503 and "stand still" in ready.text
        assert "stands still" in self.log()

    def wait_ready(self):
        wait_until(lambda: self.get("/readyz").status_code == 200, 60, what="a ready sink")
        assert self.halted() == 0


@pytest.fixture
def sink(instance):
    yield Sink(instance)
    for name in ("kafka", "relay", "sink"):
        if not instance.alive(name):
            instance.start(name)


def offsets(consumer_db, topic):
    return dict(consumer_db.execute(
        'SELECT "partition", next_offset FROM analytics.kafka_offset WHERE topic = %s',
        [topic]).fetchall())


def test_offset_beyond_the_end(api, instance, consumer_db, writer, sink):
    """The topic lost its end: nothing is skipped until a DBA says where to go on."""
    receipt = example(place_id=unique("place"))
    partition, offset = writer.send(canonical(receipt, receipt["place_id"]), b"k", partition=0)
    api.wait_stored(model_of(receipt))
    topic = instance["TOPIC"]
    consumer_db.execute("SELECT analytics.sink_reset_offset(%s, %s, %s)", [topic, partition, offset + 1000])
    instance.restart("sink")
    sink.wait_halted(1)
    later = example(place_id=unique("place"))
    writer.send(canonical(later, later["place_id"]), b"k", partition=partition)
    assert offsets(consumer_db, topic)[partition] == offset + 1000
    consumer_db.execute("SELECT analytics.sink_reset_offset(%s, %s, %s)", [topic, partition, offset])
    api.wait_stored(model_of(receipt, later))
    sink.wait_ready()


def test_all_of_kafka_is_lost(api, instance, producer_db, consumer_db, writer, sink):
    """Its data directory is gone, and the new topic outgrows the old offsets unseen."""
    topic = instance["TOPIC"]
    before = [example(place_id=unique("place")) for _ in range(20)]
    api.accept(*before)
    api.wait_stored(model_of(*before))
    stood_at = offsets(consumer_db, topic)
    partition, reached = min(stood_at.items(), key=lambda item: item[1])
    instance.stop("sink")
    unstored = [example(place_id=unique("place")) for _ in range(20)]
    api.accept(*unstored)
    wait_until(lambda: producer_db.execute("SELECT count(*) = 0 FROM journal.outbox").fetchone()[0],
               what="an empty outbox")

    instance.stop("kafka")
    shutil.rmtree(instance.run_dir / "kafka" / "data")
    (instance.run_dir / "kafka" / "formatted").unlink()
    during = [example(place_id=unique("place")) for _ in range(5)]
    api.accept(*during)
    instance.start("kafka")
    writer.send_many([b"filler"] * (reached + 5), partition)
    wait_until(lambda: producer_db.execute("SELECT count(*) = 0 FROM journal.outbox").fetchone()[0],
               what="an empty outbox")

    output = instance.control("start", "sink")
    assert "stands still until you decide" in output
    sink.wait_halted(len(stood_at))
    assert offsets(consumer_db, topic) == stood_at, "no offset is reset silently"
    api.accept(example(place_id=unique("place")))

    forgotten = dict(consumer_db.execute("SELECT * FROM analytics.sink_restart(%s)", [topic]).fetchall())
    assert forgotten == stood_at
    instance.restart("sink")
    sink.wait_ready()
    (again,) = producer_db.execute("SELECT journal.republish('-infinity')").fetchone()
    assert again >= len(before) + len(unstored) + len(during)
    everything = model_of(*before, *unstored, *during)
    api.wait_stored(everything, timeout=120)
    api.rollup()
    api.check(everything)


def test_moved_with_its_offsets(api, instance, consumer_db, writer, sink):
    """Another Kafka that has the same offsets, as a mirror has, is accepted by a call."""
    topic = instance["TOPIC"]
    (known,) = consumer_db.execute(
        "SELECT cluster_id FROM analytics.kafka_cluster WHERE topic = %s", [topic]).fetchone()
    consumer_db.execute("UPDATE analytics.kafka_cluster SET cluster_id = 'lost' WHERE topic = %s", [topic])
    instance.restart("sink")
    sink.wait_halted(len(offsets(consumer_db, topic)))
    assert "id lost" in sink.log().replace('\\"', "") and known in sink.log()
    receipt = example(place_id=unique("place"))
    writer.send(canonical(receipt, receipt["place_id"]), b"k")
    assert consumer_db.execute("SELECT analytics.sink_accept_cluster(%s)", [topic]).fetchone() == (True,)
    instance.restart("sink")
    api.wait_stored(model_of(receipt))
    sink.wait_ready()
    assert consumer_db.execute("SELECT cluster_id FROM analytics.kafka_cluster WHERE topic = %s",
                               [topic]).fetchone() == (known,)
