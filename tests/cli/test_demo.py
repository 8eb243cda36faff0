"""With the real Kafka: the demo's figures are exact, whatever is killed while it runs."""

import os
import signal

import pytest

from entry import free_ports
from instance import pid_alive
from waiting import wait_until

NAMES = ("producer", "relay", "sink", "consumer", "kafka", "postgres")
COUNT = ("psql", "producer", "-Atc", "SELECT count(*) FROM journal.accepted")
RECEIPTS = 6000


@pytest.mark.parametrize("name", NAMES)
def test_killed_while_the_demo_runs(with_kafka, name):
    """kill -9 and "up" again, while receipts come in; each time a day of its own."""
    before = int(with_kafka.ok(*COUNT))

    def accepted():
        return int(with_kafka.ok(*COUNT)) - before

    demo = with_kafka.start("demo", "--receipts", str(RECEIPTS), "--connections", "1",
                            "--day", f"2026-03-0{1 + NAMES.index(name)}")
    try:
        wait_until(lambda: accepted() > 100, 60, what="receipts of the demo")
        pid = with_kafka.pids()[name]
        assert accepted() < RECEIPTS, "the demo was over too soon"
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not pid_alive(pid), what=f"the end of {name}")
        with_kafka.ok("up", "--detach")
        assert with_kafka.pids()[name] != pid
        output, _ = demo.communicate(timeout=240)
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.communicate()
    assert demo.returncode == 0, output
    assert output.rstrip().endswith("DEMO OK: every figure equals the exact decimal sums."), output
    assert accepted() >= RECEIPTS


def test_a_broker_of_ones_own(with_kafka):
    """RECEIPTS_BROKER=host:port: no broker is started; the figures hold all the same."""
    brokers = with_kafka.env["RECEIPTS_BROKERS"]
    other = with_kafka.other(f"{with_kafka.run_dir} other", BROKER=brokers, TOPIC="another.v1",
                             **free_ports())
    try:
        other.ok("up", "--detach")
        assert "kafka" not in other.pids()
        states = other.states()
        assert states.pop("kafka") == "elsewhere" and set(states.values()) == {"ready"}
        assert other.env["RECEIPTS_BROKERS"] == brokers
        assert "is not run here" in other.refused("restart", "kafka")
        assert "DEMO OK" in other.ok("demo", "--receipts", "100", "--places", "2")
    finally:
        other.ok("down", "--purge")
