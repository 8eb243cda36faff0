"""Runs last: nothing that went wrong silently is left in the logs."""

import re

import pytest

from loglines import parse_log
from waiting import wait_until

ALARMS = re.compile(
    rb"(?:ERROR: (?:Address|Leak|UndefinedBehavior)Sanitizer|runtime error:|PANIC:|TRAP:"
    rb"|terminated by signal (?:4|6|7|8|11)\b|\*\*\* [a-z ]+ detected \*\*\*"
    rb"|stack smashing|double free|Assertion [`'].*failed)[^\n]*")


def test_nothing_alarming(instance):
    logs = instance.logs()
    if not logs:
        pytest.skip(f"no logs under {instance.run_dir}")
    found = [f"{path.name}: {match.group().decode('utf-8', 'replace')}"
             for path in logs for match in ALARMS.finditer(path.read_bytes())]
    assert found == []


def test_every_line_can_be_parsed(instance):
    """Beside those of ./receipts, which say how a process has ended."""
    other = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d receipts: .*\n")
    for name in ("producer", "consumer", "relay", "sink"):
        lines = (instance.run_dir / "log" / f"{name}.log").read_bytes().splitlines(keepends=True)
        ours = [line for line in lines if not other.fullmatch(line)
                and b"shutdown cut short" not in line]
        assert parse_log(b"".join(ours), "logfmt")


def test_no_secrets(instance):
    """Neither tokens nor passwords are written down."""
    secrets = [instance["SUBMITTER_TOKEN"], instance["ANALYST_TOKEN"], instance["ADMIN_TOKEN"]]
    for dsn in (instance["PRODUCER_DSN"], instance["CONSUMER_DSN"]):
        secrets += re.findall(r"//[^:/@]+:([^@]+)@", dsn)
    for path in instance.logs():
        if path.name.startswith("setup"):
            continue
        text = path.read_bytes()
        for secret in secrets:
            assert secret.encode() not in text, f"a secret in {path.name}"


def test_everything_still_runs(instance, api):
    assert all(instance.alive(name) for name in ("postgres", "kafka", "producer", "consumer",
                                                 "relay", "sink"))
    for _, service in api.both():
        assert service.get("/readyz").status == 200


def test_rollups_are_proved(api, consumer_db):
    """After all that, the rollups equal a recount."""
    api.rollup()
    assert consumer_db.execute("SELECT * FROM analytics.verify()").fetchall() == []


def test_nothing_is_left_in_the_outbox(producer_db):
    wait_until(lambda: producer_db.execute(
        "SELECT count(*) = 0 FROM journal.outbox").fetchone()[0], what="an empty outbox")


def test_everything_accepted_was_stored(producer_db, consumer_db):
    """Every transaction_id that was ever accepted is in the analytics, once."""
    accepted = {row[0] for row in producer_db.execute(
        "SELECT transaction_id FROM journal.receipt WHERE outcome = 'accepted'")}

    def lacking():
        stored = [row[0] for row in consumer_db.execute("SELECT transaction_id FROM analytics.receipt")]
        assert len(stored) == len(set(stored)), "a receipt is stored twice"
        return accepted - set(stored)

    wait_until(lambda: not lacking(), what="all accepted receipts in the analytics")
