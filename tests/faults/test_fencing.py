"""A process that was stopped in the middle of its work wakes up to find it done."""

import signal

import pytest

from walk import Walk

FENCED = {"relay": "lost the lease", "sink": "by another sink"}


@pytest.fixture(scope="module", autouse=True)
def only_front_ends(stage):
    """Each walk has a relay and a sink of its own."""
    for name in ("relay", "sink"):
        stage.programs.pop(name).stop()


@pytest.mark.parametrize("point", [
    "relay-before-produce", "relay-after-produce", "relay-before-acknowledge",
    "sink-after-fetch", "sink-before-ingest",
])
def test_stale_one_is_fenced(stage, point):
    """While it stands still, another one does all its work."""
    with Walk(stage, point) as walk:
        stale = walk.process.start(point + ":stop")
        walk.submit(20)
        stale.wait_stop(point)
        walk.second = walk.program(walk.name, walk.name + "2").start()
        stage.programs[walk.name] = walk.second
        stage.prove_rows(walk)
        stale.signal(signal.SIGCONT)
        stale.wait_log(FENCED[walk.name])
        walk.submit(20)
        walk.prove()
        assert stale.alive()


def test_stale_commit_to_kafka_does_not_matter(stage):
    """Kafka's own offsets may go back: the database's are the ones that count."""
    point = "sink-before-kafka-commit"
    with Walk(stage, point) as walk:
        stale = walk.process.start(point + ":stop")
        walk.submit(20)
        stale.wait_stop(point)
        walk.second = walk.program("sink", "sink2").start()
        stage.programs["sink"] = walk.second
        walk.submit(20)
        stage.prove_rows(walk)
        stale.signal(signal.SIGCONT)
        walk.submit(20)
        walk.prove()
