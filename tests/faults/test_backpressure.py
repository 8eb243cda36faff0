"""Whoever comes after something slow waits, or refuses work; nobody takes in without end."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import prometheus
import requests
from confluent_kafka import Producer

from canonical import canonical
from client import Service
from frontend import free_port
from load import Load
from model import Model
from receipts import example, unique
from waiting import wait_until

# 6 partitions, each with 8 MiB read ahead and a fetch under way; a batch of 8 MiB
# and its copy as parameters.
SINK_MEMORY = 192 << 20
BACKLOG = 320 << 20
CLIENTS = 100
WORKERS, BATCH, QUEUE = 2, 5, 20
# What the workers have in hand, and what waits for them.
HELD = WORKERS * BATCH + QUEUE


def figure(service, name):
    """A figure of a front end's /metrics."""
    return prometheus.total(prometheus.parse(service.get("/metrics").text), name)


class Sent:
    """Receipts that were acknowledged, as the proof wants them."""

    def __init__(self, *receipts):
        self.model, self.errors = Model(receipts), []
        self.places = self.model.places


def test_slow_postgresql(stage):
    """What waits is bounded; all others are told at once when to come again."""
    port = free_port()
    program = stage.program("producer", "producer2", flags=(
        "--listen", f"127.0.0.1:{port}", "--statement-timeout", "20000", "--db-connections",
        str(WORKERS), "--batch-rows", str(BATCH), "--queue-rows", str(QUEUE))).start()
    service = Service(f"http://127.0.0.1:{port}", stage.api.submitter)
    receipts = [example(place_id=unique("place")) for _ in range(CLIENTS)]
    try:
        wait_until(lambda: ready(service), what="a second front end")
        with stage.instance.connect("producer", autocommit=False) as lock, \
                ThreadPoolExecutor(CLIENTS) as pool:
            lock.execute("LOCK TABLE journal.receipt IN ACCESS EXCLUSIVE MODE")
            answers = [pool.submit(service.post, "/api/checks/", receipt) for receipt in receipts]
            refused = wait_until(lambda: (done := [answer for answer in answers if answer.done()])
                                 and len(done) >= CLIENTS - HELD and done, what="refusals")
            for answer in refused:
                answer.result().expect(503)
            lock.rollback()
        for answer in (answer.result() for answer in answers):
            assert answer.status == 201 or int(answer.expect(503).headers["Retry-After"]) > 0
        # A worker may have begun with fewer than a whole batch; the queue was full.
        assert QUEUE <= sum(answer.result().status == 201 for answer in answers) <= HELD
        for receipt in receipts:
            service.post("/api/checks/", receipt).expect(200, 201)
        stage.prove(Sent(*receipts))
    finally:
        program.stop()


def ready(service):
    try:
        return service.get("/readyz").status == 200
    except requests.RequestException:
        return False


def test_kafka_away(stage):
    """Intake goes on, the outbox grows, its age shows, and the relay's window is bounded."""
    stage.programs["relay"].stop()
    relay = stage.programs["relay"] = stage.program(
        "relay", flags=("--window-messages", "100", "--fetch-rows", "50")).start()
    relay.wait_log("holding the lease")
    stage.instance.stop("kafka")
    try:
        with Load(stage.api) as load:
            load.more(300)
            wait_until(lambda: figure(stage.api.producer, "receipts_outbox_oldest_seconds") > 3,
                       what="the age of the outbox")
            assert figure(stage.api.producer, "receipts_outbox_rows") > 100
            assert relay.metric("receipts_relay_in_flight") <= 100
            load.more(50)
    finally:
        stage.instance.start("kafka")
    stage.prove(load)
    assert figure(stage.api.producer, "receipts_outbox_oldest_seconds") == 0


def test_sink_before_a_backlog(stage):
    """A sink that cannot store reads ahead so far and no further."""
    stage.programs["sink"].stop()
    stage.grow_topic(6)
    receipt = example(place_id=unique("place"))
    fill(stage, receipt, BACKLOG)
    with stage.instance.connect("consumer", autocommit=False) as lock:
        lock.execute("LOCK TABLE analytics.pending IN ACCESS EXCLUSIVE MODE")
        sink = stage.programs["sink"] = stage.program("sink").start()
        sink.wait_log("6 partitions of topic")
        wait_until(lambda: sink.metric("receipts_sink_lag") > 0, 60, what="a lag")
        before = [0, sink.status("VmRSS")]
        wait_until(lambda: before.append(sink.status("VmRSS")) or before[-1] == before[-2],
                   60, interval=1, what="the end of reading ahead")
        lock.rollback()
    with stage.instance.connect("consumer") as database:
        wait_until(lambda: stage.stored_to_the_end(database), 120, what="the end of the backlog")
    assert sink.status("VmHWM") < SINK_MEMORY
    stage.outside(receipt)
    stage.prove(Sent(receipt))


def fill(stage, receipt, size):
    """The same receipt, large, again and again in all partitions."""
    producer = Producer({"bootstrap.servers": stage.instance["BROKERS"], "log_level": 0,
                         "queue.buffering.max.messages": 1000000})
    value = canonical({**receipt, "note": secrets.token_hex(20000)}, receipt["place_id"])
    for number in range(size // len(value)):
        producer.produce(stage.topic, value=value, partition=number % 6)
    assert producer.flush(60) == 0
