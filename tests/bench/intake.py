"""Intake: POST against what libpq and libmicrohttpd can do at most."""

import subprocess

import rows
from context import PEERS, BenchError, finish_wrk, one, start_wrk
from measure import Cpu, Sample

CONNECTIONS = 64
BATCH_CONNECTIONS = 4
BATCH = 500

PREPARE = ("CREATE SCHEMA IF NOT EXISTS bench",
           "DROP TABLE IF EXISTS bench.bare",
           "CREATE TABLE bench.bare (transaction_id text PRIMARY KEY, body bytea NOT NULL)")
EMPTY = "TRUNCATE journal.receipt, journal.accepted, journal.outbox, journal.publication"


def measure(bench):
    """All rows, round by round; the relay and the sink are stopped meanwhile."""
    table = rows.table("intake")
    path = bench.file(bench.sizes.bodies, places=200, lines=3)
    with bench.stopped("relay", "sink"):
        for _ in range(bench.sizes.rounds):
            single, batch = peers(bench, path, table)
            table["intake"].add(ours(bench, path, 1, CONNECTIONS), single)
            table["batch"].add(ours(bench, path, BATCH, BATCH_CONNECTIONS), batch)
        bench.run_sql("producer", EMPTY, "DROP SCHEMA bench CASCADE")
    return table


def inserter(bench, path, seconds):
    """Starts the libpq peer."""
    return subprocess.Popen([PEERS / "insert", bench.instance["PRODUCER_DSN"], path, bench.mark(),
                             str(seconds), "256"], stdout=subprocess.PIPE, text=True)


def rows_and_seconds(bench, process):
    """What it says it did, once the table agrees."""
    count, seconds = process.communicate()[0].split()
    with bench.sql("producer") as connection:
        if one(connection, "SELECT count(*) FROM bench.bare") != int(count):
            raise BenchError("the libpq peer did not insert what it says")
    return int(count), float(seconds)


def peers(bench, path, table):
    """The limits of (single POSTs, batches): the lower of both peers, and libpq's."""
    seconds = bench.sizes.seconds
    bench.run_sql("producer", *PREPARE, "CHECKPOINT")
    count, elapsed = rows_and_seconds(bench, inserter(bench, path, seconds))
    table["insert"].add(Sample(count / elapsed))
    bench.run_sql("producer", *PREPARE, "CHECKPOINT")
    with bench.echo() as (url, pid), Cpu(pid) as echo_cpu, Cpu(bench.instance.pid("postgres")) as cpu:
        load = start_wrk("intake.lua", url, [path, bench.mark(), "none", 1, 0, CONNECTIONS],
                         CONNECTIONS, seconds)
        inserted = inserter(bench, path, seconds)
        answered = finish_wrk(load)
        count, elapsed = rows_and_seconds(bench, inserted)
        echoed = answered["requests"] / answered["microseconds"] * 1e6
    insert_cpu = cpu.seconds / count
    both = insert_cpu + echo_cpu.seconds / answered["requests"]
    bench.say(f"peers: libpq {count / elapsed:,.0f}/s, echo {echoed:,.0f}/s")
    return (Sample(min(count / elapsed, echoed), both), Sample(count / elapsed, insert_cpu))


def ours(bench, path, batch, connections):
    """Into empty tables."""
    bench.run_sql("producer", EMPTY, "VACUUM journal.outbox", "CHECKPOINT")
    return posted(bench, path, batch, connections)


def accepted_and_queued(bench):
    """What the journal has accepted, what waits in the outbox."""
    with bench.sql("producer") as connection:
        return connection.execute("""
            SELECT (SELECT count(*) FROM journal.receipt WHERE outcome = 'accepted'),
                   (SELECT count(*) FROM journal.outbox)""").fetchone()


def posted(bench, path, batch, connections):
    """Receipts a second by wrk, once the journal agrees."""
    before = accepted_and_queued(bench)
    with Cpu(*bench.pid("producer", "postgres")) as cpu:
        result = finish_wrk(start_wrk(
            "intake.lua", bench.instance["PRODUCER_URL"],
            [path, bench.mark(), bench.instance["SUBMITTER_TOKEN"], batch, 0, connections],
            connections, bench.sizes.seconds))
    receipts = result["requests"] * batch
    stored, queued = (now - then for now, then in zip(accepted_and_queued(bench), before))
    # What was under way when the time was over is stored and not counted.
    if not receipts <= stored <= receipts + connections * batch or stored != queued:
        raise BenchError(f"{receipts} receipts were answered, {stored} stored, {queued} queued")
    rate = receipts / result["microseconds"] * 1e6
    bench.say(f"intake, {batch} a request: {rate:,.0f}/s, p50 {result['p50'] / 1000:.1f} ms, "
              f"p99 {result['p99'] / 1000:.1f} ms")
    return Sample(rate, cpu.seconds / stored)
