"""Rollups: by request, by pg_cron, and their proof."""

from datetime import datetime, timedelta, timezone

import pytest

import prometheus
from api import model_of
from client import instant
from receipts import example, random_receipt, random_source, unique, utc
from waiting import wait_until

RUN = ("SELECT run_id, started_at, finished_at, status FROM analytics.rollup_run"
       " ORDER BY run_id DESC LIMIT 1")


def stored_receipts(api, count=20):
    """Fresh receipts of a fresh place, stored but perhaps not rolled up."""
    source = random_source("rollup")
    place_id = unique("place")
    receipts = [random_receipt(source, place_id, utc(2024, 2, 7) + timedelta(hours=number * 7))
                for number in range(count)]
    api.accept(*receipts)
    model = model_of(*receipts)
    api.wait_stored(model)
    return model


def test_one_by_request(api, consumer_db):
    model = stored_receipts(api)
    before = datetime.now(timezone.utc) - timedelta(seconds=5)
    run = api.rollup().json
    api.check(model)
    row = consumer_db.execute(RUN).fetchone()
    assert row[3] == "succeeded"
    assert before <= row[1] <= row[2]
    listed = api.consumer_admin.get("/api/rollups/").expect(200).json["results"]
    assert run["run_id"] in [entry["run_id"] for entry in listed]
    newest = listed[0]
    assert instant(newest["started_at"]) >= instant(listed[-1]["started_at"])
    assert newest["status"] == "succeeded"


def test_a_run_with_nothing_to_do(api):
    """It still makes the figures fresh."""
    api.rollup()
    place_id = stored_receipts(api, 1).places[0]
    api.rollup()
    first = instant(api.analytics(place_id=place_id).json["as_of"])
    api.rollup()
    assert instant(api.analytics(place_id=place_id).json["as_of"]) > first


def test_listing_is_paged(api):
    for _ in range(3):
        api.rollup()
    first = api.consumer_admin.get("/api/rollups/", params={"limit": 2}).expect(200).json
    assert len(first["results"]) == 2 and first["next"]
    second = api.consumer_admin.get("/api/rollups/", params={
        "limit": 2, "cursor": first["next"]}).expect(200).json
    seen = [entry["run_id"] for entry in first["results"] + second["results"]]
    assert len(seen) == len(set(seen))


def test_late_receipts_mend_old_buckets(api):
    """A till that comes back from offline, after its hour was rolled up."""
    place_id = unique("place")
    receipts = []
    for _ in range(3):
        receipts.append(example(place_id=place_id, timestamp="2019-05-05T05:05:05Z"))
        api.submit(receipts[-1]).expect(201)
        model = model_of(*receipts)
        api.wait_stored(model)
        api.rollup()
        api.check(model)
        api.check(model, utc(2019, 5, 5, 5), utc(2019, 5, 5, 6))
        api.check(model, utc(2019, 5, 1), utc(2019, 6, 1))


def test_verify_finds_no_difference(api, consumer_db):
    stored_receipts(api)
    api.rollup()
    assert consumer_db.execute("SELECT * FROM analytics.verify()").fetchall() == []


def test_rebuild_mends(api, consumer_db):
    """A damaged hour is found by verify() and set right by rebuild()."""
    model = stored_receipts(api, 5)
    api.rollup()
    api.check(model)
    (place_id,) = model.places
    changed = consumer_db.execute(
        "DELETE FROM analytics.place_hour WHERE place_id = %s", [place_id]).rowcount
    assert changed > 0
    differences = consumer_db.execute("SELECT * FROM analytics.verify()").fetchall()
    assert any(place_id in map(str, row) for row in differences)
    consumer_db.execute("SELECT analytics.rebuild(%s, %s)", [utc(2024, 1, 1), utc(2025, 1, 1)])
    assert consumer_db.execute("SELECT * FROM analytics.verify()").fetchall() == []
    api.check(model)
    api.check(model, utc(2024, 2, 7, 12), utc(2024, 2, 9, 13))


def test_jobs_have_names(consumer_db):
    names = [row[0] for row in consumer_db.execute("SELECT jobname FROM cron.job")]
    assert names and all(name and name.startswith("receipts-") for name in names)
    assert any("rollup" in name for name in names)


@pytest.fixture
def every_minute(consumer_db):
    """The rollup's schedule changed as a DBA would, and put back."""
    (job, schedule), = consumer_db.execute(
        "SELECT jobid, schedule FROM cron.job WHERE jobname LIKE '%%rollup%%'").fetchall()
    assert len(schedule.split()) == 5
    consumer_db.execute("SELECT cron.alter_job(%s, schedule => '* * * * *')", [job])
    yield job
    consumer_db.execute("SELECT cron.alter_job(%s, schedule => %s)", [job, schedule])


@pytest.mark.slow
def test_by_pg_cron(api, consumer_db, every_minute):
    model = stored_receipts(api)
    (last,) = consumer_db.execute("SELECT coalesce(max(run_id), 0) FROM analytics.rollup_run").fetchone()
    wait_until(lambda: consumer_db.execute(
        "SELECT count(*) > 0 FROM analytics.rollup_run WHERE run_id > %s AND status = 'succeeded'",
        [last]).fetchone()[0], timeout=130, interval=0.5, what="a run by pg_cron")
    wait_until(lambda: api.check(model), timeout=70, what="the rolled up figures")
    status = wait_until(lambda: consumer_db.execute(
        "SELECT status FROM cron.job_run_details WHERE jobid = %s AND end_time IS NOT NULL"
        " ORDER BY runid DESC LIMIT 1", [every_minute]).fetchone())
    assert status == ("succeeded",)


def test_the_nightly_proof(api, consumer_db, instance):
    """It finds what is wrong with yesterday's figures, records it, and shows it."""
    yesterday = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=1)
    receipt = example(place_id=unique("place"), timestamp=yesterday.isoformat())
    api.accept(receipt)
    api.wait_stored(model_of(receipt))
    api.rollup()

    def prove():
        """Run the job as pg_cron does; return what it found and recorded of that place."""
        with instance.connect("consumer") as night:
            night.execute("SET ROLE receipts_upkeep")
            (found,) = night.execute("SELECT analytics.verify_sample()").fetchone()
        (sample,) = consumer_db.execute(
            "SELECT jsonb_path_query_array(jsonb_agg(sample), '$[*][*].place_id')"
            " FROM analytics.verification WHERE from_at = date_trunc('day', %s, 'UTC')"
            " AND verified_at = (SELECT max(verified_at) FROM analytics.verification"
            "                     WHERE from_at = date_trunc('day', %s, 'UTC'))",
            [yesterday, yesterday]).fetchone()
        return found, sample

    def shown():
        families = prometheus.parse(api.consumer.get("/metrics").text)
        return families["receipts_rollup_differences"][1]["receipts_rollup_differences", None]

    consumer_db.execute("UPDATE analytics.place_day SET summary = summary OPERATOR(receipts.+) summary"
                        " WHERE place_id = %s", [receipt["place_id"]])
    try:
        found, sample = prove()
        assert found >= 1 and sample == [receipt["place_id"]]
        assert shown() >= 1
    finally:
        consumer_db.execute("SELECT analytics.rebuild(%s, %s)", [yesterday, yesterday + timedelta(seconds=1)])
    assert prove() == (0, [])
    assert shown() == 0
