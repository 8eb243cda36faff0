"""Reads: warm against libmicrohttpd, cold from disk, and from POST to visible."""

import contextlib
import os
import random
import time
from datetime import timedelta
from pathlib import Path

import requests

import fill
import rows
from context import BenchError, finish_wrk, one, start_wrk, wait_for
from measure import Cpu, Sample, peak_memory, percentile

CONNECTIONS = 64
PLACES_A_START = 20
PASSES = 5


def measure(bench):
    """All rows; the cold ones and visibility have no peer and no rounds but the samples."""
    table = rows.table("read")
    with bench.stopped("sink", "relay"):
        with bench.sql("consumer") as connection:
            connection.execute(fill.EMPTY)
            bench.say(f"making {bench.sizes.days} days of {bench.sizes.places} places")
            span = fill.history(connection, bench.sizes.places, bench.sizes.days)
        for _ in range(bench.sizes.rounds):
            table["warm"].add(*warm(bench))
        for key, samples in zip(("cold_place", "cold_all"), cold(bench, span)):
            table[key].add(Sample(percentile(samples, 0.99)))
        bench.run_sql("consumer", fill.EMPTY)
    visible(bench, table)
    return table


def get(bench, path):
    """The body of an answer that must be 200, and its milliseconds."""
    began = time.monotonic()
    answer = requests.get(bench.instance["CONSUMER_URL"] + path, timeout=60,
                          headers={"Authorization": f"Bearer {bench.instance['ANALYST_TOKEN']}"})
    elapsed = (time.monotonic() - began) * 1000
    if answer.status_code != 200:
        raise BenchError(f"GET {path}: {answer.status_code} {answer.text}")
    return answer, elapsed


def warm(bench):
    """(ours, the peer with the same bytes), by the same load."""
    path = "/api/analytics/place-7/"
    answer, _ = get(bench, path)
    file = bench.work / "body"
    file.write_bytes(answer.content)
    ours = asked(bench, bench.instance["CONSUMER_URL"], path, bench.pid("consumer", "postgres"), len(answer.content))
    with bench.echo(file) as (url, pid):
        peer = asked(bench, url, path, [pid], len(answer.content))
    bench.say(f"warm: {ours.value:,.0f}/s, libmicrohttpd: {peer.value:,.0f}/s")
    return ours, peer


def asked(bench, url, path, pids, length):
    """Requests a second; every answer had the whole body."""
    with Cpu(*pids) as cpu:
        result = finish_wrk(start_wrk("get.lua", url, [path, bench.instance["ANALYST_TOKEN"]],
                                      CONNECTIONS, bench.sizes.seconds))
    if result["bytes"] < result["requests"] * length:
        raise BenchError(f"{url}{path} was answered too short")
    return Sample(result["requests"] / result["microseconds"] * 1e6, cpu.seconds / result["requests"])


def cold(bench, span):
    """(milliseconds of single places, of all places), each after its pages were dropped from memory."""
    source = random.Random(1)
    single, whole = [], []
    for _ in range(bench.sizes.cold):
        start_cold(bench)
        whole.append(get(bench, f"/api/analytics/?{interval(source, span)}&limit=1000")[1])
        start_cold(bench)
        get(bench, f"/api/analytics/place-1/?{interval(source, span)}")
        for place in source.sample(range(2, bench.sizes.places + 1), min(PLACES_A_START, bench.sizes.places - 1)):
            single.append(get(bench, f"/api/analytics/place-{place}/?{interval(source, span)}")[1])
    bench.say(f"cold: one place {percentile(single, 0.5):.1f} ms, p99 {percentile(single, 0.99):.1f} ms; "
              f"all {percentile(whole, 0.5):.0f} ms, p99 {percentile(whole, 0.99):.0f} ms")
    return single, whole


def interval(source, span, days=30):
    """from and to, whole hours, at least so many days apart."""
    hours = int((span[1] - span[0]).total_seconds() // 3600)
    begin = source.randrange(0, hours - (days + 1) * 24)
    end = source.randrange(begin + days * 24, hours)
    return "&".join(f"{name}={(span[0] + timedelta(hours=at)).strftime('%Y-%m-%dT%H:00:00Z')}"
                    for name, at in (("from", begin), ("to", end)))


def sessions(bench):
    """How many the front end has."""
    with bench.sql("consumer") as connection:
        return one(connection, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'receipts_consumer'")


def start_cold(bench):
    """PostgreSQL anew, and none of its files in the kernel's cache."""
    before = sessions(bench)
    with bench.sql("consumer") as connection:
        data = Path(one(connection, "SHOW data_directory"))
        connection.execute("CHECKPOINT")
    bench.instance.stop("postgres")
    for path in data.glob("base/*/*"):
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)
    bench.instance.start("postgres")
    # One that died young is not made anew at once; a request that met it might be refused.
    wait_for(lambda: sessions(bench) >= before, 60, "consumer with all its sessions")


def visible(bench, table):
    """All programs at work: how much they can, then half of it and probes."""
    path = bench.file(bench.sizes.bodies, places=200, lines=3)
    half = sustained(bench, path) / 2
    for key, names in (("memory_frontend", ("producer", "consumer")), ("memory_bridge", ("relay", "sink"))):
        table[key].add(Sample(max(peak_memory(pid) for pid in bench.pid(*names))))
    with load(bench, path, half, 3600):
        waits = [probe(bench, number) for number in range(bench.sizes.probes)]
    for key, share in (("visible_p50", 0.5), ("visible_p99", 0.99)):
        table[key].add(Sample(percentile(waits, share)))
    bench.say(f"visible at {half:,.0f}/s after {percentile(waits, 0.5):.0f} ms, p99 {percentile(waits, 0.99):.0f} ms")


@contextlib.contextmanager
def load(bench, path, rate, seconds):
    """A load of single POSTs at about this rate, 0: as fast as answers come; ends with the block."""
    process = start_wrk("intake.lua", bench.instance["PRODUCER_URL"],
                        [path, bench.mark(), bench.instance["SUBMITTER_TOKEN"], 1, rate, CONNECTIONS],
                        CONNECTIONS, seconds)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def sustained(bench, path):
    """Receipts a second from the first POST until all are counted."""
    began = time.monotonic()
    with bench.sql("consumer") as consumer, bench.sql("producer") as producer:
        stored = one(consumer, "SELECT count(*) FROM analytics.raw_receipt")
        sent = one(producer, "SELECT count(*) FROM journal.accepted")
        with load(bench, path, 0, bench.sizes.seconds) as process:
            finish_wrk(process)
        sent = one(producer, "SELECT count(*) FROM journal.accepted") - sent
        wait_for(lambda: one(consumer, "SELECT count(*) FROM analytics.raw_receipt") - stored >= sent, 300,
                 "end of the load in the tables")
    rate = sent / (time.monotonic() - began)
    bench.say(f"the whole: {rate:,.0f}/s")
    return rate


def probe(bench, number):
    """Milliseconds from the POST of a receipt of a place of its own to the first answer that counts it."""
    place = f"probe-{bench.mark()}-{number}"
    receipt = {"transaction_id": place, "timestamp": "2026-01-01T00:00:00Z", "place_id": place, "total_amount": 1,
               "nds_amount": 0, "payment_method": "cash",
               "items": [{"product_id": "p", "quantity": 1, "price": 1, "category": "c"}]}
    began = time.monotonic()
    answer = requests.post(bench.instance["PRODUCER_URL"] + "/api/checks/", json=receipt, timeout=60,
                           headers={"Authorization": f"Bearer {bench.instance['SUBMITTER_TOKEN']}"})
    if answer.status_code != 201:
        raise BenchError(f"a probe was answered {answer.status_code}: {answer.text}")
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {bench.instance['ANALYST_TOKEN']}"
        url = f"{bench.instance['CONSUMER_URL']}/api/analytics/{place}/?live=true"
        wait_for(lambda: session.get(url, timeout=60).status_code == 200, 60, "probe that is counted")
    return (time.monotonic() - began) * 1000
