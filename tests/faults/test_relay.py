"""What the relay does with receipts that appear in the outbox behind its back."""

import os
import signal
import time

from load import Load
from waiting import wait_until


def in_flight(stage, number):
    """Wait until the relay has handed so many receipts to Kafka without an answer."""
    relay = stage.programs["relay"]
    wait_until(lambda: relay.metric("receipts_relay_in_flight") >= number, 60,
               what=f"{number} receipts in flight")


def test_older_receipts_are_not_forgotten(stage):
    """Kafka hangs and PostgreSQL is slow; older receipts are put into the outbox.

    They lie before the relay's place in the outbox, so only a look from the
    start finds them.  That it took long when much was in flight must not put it
    off once the way is free.
    """
    with Load(stage.api) as old:
        old.more(20)
    stage.prove_rows(old)
    kafka = stage.instance.pid("kafka")
    with stage.instance.connect("producer") as database:
        os.kill(kafka, signal.SIGSTOP)
        try:
            stage.proxies["relay"].delay = 0.05
            with Load(stage.api) as load:
                load.more(1500)
                in_flight(stage, 1500)
                # Long enough for a look from the start, and for new receipts after it.
                time.sleep(5)
                (count,) = database.execute(
                    "SELECT journal.republish(min(received_at), max(received_at) + interval '1 us')"
                    "  FROM journal.receipt WHERE place_id = ANY (%s)", [old.places]).fetchone()
                assert count == len(old.model.receipts)
        finally:
            stage.proxies["relay"].delay = 0.0
            os.kill(kafka, signal.SIGCONT)
        wait_until(lambda: database.execute(
            "SELECT count(*) = 0 FROM journal.outbox").fetchone()[0], 15, what="an empty outbox")
    stage.prove(load)
