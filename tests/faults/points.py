"""How each crash point of the bridge is brought about.

A provocation is a function of the walk (test_crash_points.py) that makes the one
process reach its point: most do so by themselves as soon as there is a receipt.
"""

import secrets
import signal
from contextlib import contextmanager
from typing import Callable, NamedTuple, Optional

from confluent_kafka.admin import ConfigResource

from receipts import example, unique
from waiting import wait_until

SMALL_TOPIC = {"max.message.bytes": "6000"}


def by_itself(walk):
    """Receipts are enough."""
    walk.submit(20)


def by_sigterm(walk):
    """After some work it is asked to stop."""
    walk.submit(20)
    walk.wait_busy()
    walk.process.signal(signal.SIGTERM)


def by_another_relay(walk):
    """The lease is given away under its feet."""
    walk.submit(20)
    walk.process.wait_log("holding the lease")
    walk.producer.execute(
        "UPDATE journal.relay_lease SET holder = 'another', epoch = epoch + 1,"
        " expires_at = clock_timestamp() + interval '2 s'")
    walk.submit(5)


def by_refusal_of_kafka(walk):
    """A receipt that is too large for the topic, also when compressed."""
    walk.submit(5)
    walk.submit(1, note=secrets.token_hex(20000))


def widen(walk):
    resource = ConfigResource(ConfigResource.Type.TOPIC, walk.topic,
                              {"max.message.bytes": "8388608"})
    walk.stage.admin.alter_configs([resource])[resource].result(30)


def by_another_sink(walk):
    """Two sinks of different groups store the same messages; one of them is late."""
    with locked_pending(walk) as blocked:
        walk.submit(20)
        walk.second = walk.stage.program(
            "sink", "sink2", walk.topic, ("--group", unique("group"))).start(walk.point)
        blocked(2)


def by_lost_connection(walk):
    """Its session is ended in the middle of the transaction."""
    with locked_pending(walk) as blocked:
        walk.submit(20)
        for pid in blocked(1):
            walk.consumer.execute("SELECT pg_terminate_backend(%s)", [pid])


def by_poison(walk):
    """A trigger refuses one receipt, as a constraint or a full index might."""
    poison = example(place_id=walk.place)
    walk.consumer.execute(
        "CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.transaction_id = '{poison['transaction_id']}' THEN"
        "  RAISE EXCEPTION 'poison' USING ERRCODE = '22000'; END IF; RETURN NEW; END $$")
    walk.consumer.execute("CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON analytics.raw_receipt"
                          " FOR EACH ROW EXECUTE FUNCTION public.refuse()")
    walk.submit(5)
    walk.send(poison)
    walk.submit(5)


def forgive(walk):
    """The trigger goes, and what it kept out is stored after all."""
    letter = wait_until(lambda: walk.consumer.execute(
        "SELECT dead_letter_id, code FROM analytics.dead_letter WHERE topic = %s",
        [walk.topic]).fetchall(), 40, what="a dead letter")
    walk.consumer.execute("DROP FUNCTION public.refuse() CASCADE")
    assert [code for _, code in letter] == ["22000"]
    assert walk.consumer.execute("SELECT resolution FROM analytics.dead_letter_retry(%s)",
                                 [letter[0][0]]).fetchone() == ("stored",)


@contextmanager
def locked_pending(walk):
    """Hold what each transaction of a sink needs; gives a wait for so many of them."""
    def blocked(count):
        return wait_until(lambda: (pids := walk.stage.backends(
            "usename = 'receipts_sink' AND wait_event_type = 'Lock'")) and
            len(pids) >= count and pids, what=f"{count} sinks that wait")

    with walk.stage.instance.connect("consumer", autocommit=False) as lock:
        lock.execute("LOCK TABLE analytics.pending IN ACCESS EXCLUSIVE MODE")
        yield blocked


class Point(NamedTuple):
    """How a point is reached, and what must be mended so that all can be counted."""
    provoke: Callable
    before_restart: Optional[Callable] = None
    after_restart: Optional[Callable] = None
    topic: dict = {}


REFUSED = Point(by_refusal_of_kafka, before_restart=widen, topic=SMALL_TOPIC)
POISONED = Point(by_poison, after_restart=forgive)
POINTS = {
    "relay-after-lease": Point(by_itself),
    "relay-before-produce": Point(by_itself),
    "relay-after-produce": Point(by_itself),
    "relay-delivery-reported": Point(by_itself),
    "relay-before-acknowledge": Point(by_itself),
    "relay-after-acknowledge": Point(by_itself),
    "relay-before-release": Point(by_sigterm),
    "relay-fenced": Point(by_another_relay),
    "relay-before-park": REFUSED,
    "relay-before-probe": REFUSED,
    "sink-assigned": Point(by_itself),
    "sink-before-assign": Point(by_itself),
    "sink-after-fetch": Point(by_itself),
    "sink-before-ingest": Point(by_itself),
    "sink-after-ingest": Point(by_itself),
    "sink-before-kafka-commit": Point(by_itself),
    "sink-after-kafka-commit": Point(by_itself),
    "sink-revoked": Point(by_sigterm),
    "sink-before-unassign": Point(by_sigterm),
    "sink-fenced": Point(by_another_sink),
    "sink-ingest-uncertain": Point(by_lost_connection),
    "sink-before-settle": Point(by_lost_connection),
    "sink-ingest-refused": POISONED,
    "sink-before-bury": POISONED,
    "sink-after-bury": POISONED,
}
