"""Processes that stop, die and come back under load: nothing is lost or doubled."""

import signal

import pytest
import requests

from api import model_of
from instance import Adopted
from load import Load
from receipts import example, unique
from waiting import wait_until

pytestmark = pytest.mark.restart

PROGRAMS = ("producer", "consumer", "relay", "sink")


@pytest.fixture(autouse=True)
def everything_runs_again(instance):
    """Whatever a test stopped, the next one finds running."""
    yield
    for name in ("postgres", "kafka", *PROGRAMS):
        if not instance.alive(name):
            instance.start(name)


def counted_once(api, consumer_db, load):
    """Every acknowledged receipt is in the figures, exactly once."""
    assert not load.errors, load.errors[0]
    model = load.model
    wait_until(lambda: api.consumer.get("/readyz").status == 200, what="a ready consumer")
    api.wait_stored(model, timeout=90)
    (stored,) = consumer_db.execute(
        "SELECT count(*) FROM analytics.receipt WHERE place_id = ANY (%s)",
        [load.places]).fetchone()
    assert stored == len(model.receipts)
    api.rollup()
    api.check(model)


def forgiving(probe):
    """A probe for which a connection refused or cut means: not yet."""
    def attempt():
        try:
            return probe()
        except requests.RequestException:
            return False
    return attempt


def test_sessions_that_ended_idle(api, consumer_db):
    """What must not be sent twice is not sent on a connection that is gone."""
    for _ in range(3):
        consumer_db.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE usename = 'receipts_consumer' AND query NOT LIKE 'LISTEN%'")
        for _ in range(8):
            api.rollup()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["producer", "consumer", "relay", "sink", "kafka", "postgres"])
def test_killed(api, instance, name):
    with Load(api) as load:
        load.more(60)
        instance.kill(name, signal.SIGKILL)
        if name not in ("producer", "postgres"):
            load.more(20)
        instance.start(name)
        load.more(60)
    wait_until(forgiving(lambda: api.consumer.get("/readyz").status == 200), what="a consumer")
    with instance.connect("consumer") as database:
        counted_once(api, database, load)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_restarted(api, instance, consumer_db, name):
    with Load(api) as load:
        load.more(40)
        instance.restart(name)
        load.more(40)
    counted_once(api, consumer_db, load)


@pytest.mark.slow
def test_all_killed_and_up_again(api, instance):
    """./receipts up starts whatever does not run."""
    with Load(api) as load:
        load.more(60)
        for name in ("sink", "relay", "postgres", "producer", "kafka", "consumer"):
            instance.kill(name, signal.SIGKILL)
        instance.up()
        load.more(60)
    with instance.connect("consumer") as database:
        counted_once(api, database, load)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_sigterm_drains_and_exits_0(api, instance, tmp_path, name):
    ready = {"producer": lambda: api.producer.get("/readyz").status == 200,
             "consumer": lambda: api.consumer.get("/readyz").status == 200}
    with Load(api) as load:
        with Adopted(instance, name, tmp_path / f"{name}.log") as adopted:
            if name in ready:
                wait_until(forgiving(ready[name]), what=f"a ready {name}")
            load.more(40)
            assert adopted.terminate() == 0, adopted.log()
            assert "Sanitizer" not in adopted.log(), adopted.log()
        load.more(20)
    with instance.connect("consumer") as database:
        counted_once(api, database, load)


@pytest.mark.slow
def test_postgresql_away(api, instance):
    """503 with Retry-After, no answer that promises anything, and back by itself."""
    before = {name: instance.pid(name) for name in PROGRAMS}
    receipt = example(place_id=unique("place"))
    instance.stop("postgres")
    try:
        for service, request in (
                (api.producer, lambda: api.submit(receipt, timeout=15)),
                (api.consumer, lambda: api.consumer.get("/api/analytics/", timeout=15))):
            answer = request().expect(503)
            assert int(answer.headers["Retry-After"]) > 0
            assert service.get("/livez").status == 200
            assert service.get("/readyz").status == 503
            assert service.get("/metrics").status == 200
        assert {name: instance.pid(name) for name in PROGRAMS} == before
        assert all(instance.alive(name) for name in PROGRAMS)
    finally:
        instance.start("postgres")
    wait_until(lambda: api.submit(receipt).status == 201, what="the producer to recover")
    wait_until(lambda: api.consumer.get("/readyz").status == 200, what="the consumer to recover")
    api.wait_stored(model_of(receipt))
    assert {name: instance.pid(name) for name in PROGRAMS} == before


@pytest.mark.slow
def test_kafka_away(api, instance, producer_db):
    """Intake goes on; what was accepted meanwhile is delivered later."""
    before = {name: instance.pid(name) for name in PROGRAMS}
    receipts = [example(place_id=unique("place")) for _ in range(20)]
    instance.stop("kafka")
    try:
        api.accept(*receipts)
        status = api.check_status(receipts[0]["transaction_id"]).expect(200).json
        assert status["status"] == "queued"
        assert status["accepted_at"] is not None and status["published_at"] is None
        assert producer_db.execute("SELECT count(*) FROM journal.outbox").fetchone()[0] >= 20
        assert api.producer.get("/readyz").status == 200
    finally:
        instance.start("kafka")
    api.wait_stored(model_of(*receipts), timeout=90)
    wait_until(lambda: producer_db.execute("SELECT count(*) = 0 FROM journal.outbox").fetchone()[0],
               what="an empty outbox")
    assert {name: instance.pid(name) for name in PROGRAMS} == before
