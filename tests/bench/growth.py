"""Growth: the same work with more and more receipts stored in both databases."""

import hashlib
import random
from datetime import timedelta

import fill
import intake
import rows
from context import BenchError, one
from measure import Cpu, Sample, percentile
from read import get, interval

TOPIC = "bench"
BATCH = 1000
DAYS = 30
STRIDE = 317
LEAST = 20 * BATCH

# Whole batches of receipts from FIRST to LAST, made before the clock runs.  Ids come from many tills, as indexes see
# them in life.  A batch is of one hour.  The hours follow each other in strides through the month, so that the first
# receipts have been everywhere and more receipts do not mean more hours.
STAGE = """
    CREATE TEMPORARY TABLE staged AS
    SELECT (n - 1) / {batch} AS batch, array_agg(n::bigint) AS offsets, array_agg(place::text::bytea) AS keys,
           array_agg({message}) AS "values", array_agg(NULL::text) AS nothing
      FROM (SELECT n, 1 + floor(power(random(), 2) * {places})::int AS place,
                   round((1 + n % 4000 / 100.0)::numeric, 2) AS cents
              FROM generate_series({first}, {last}) n) made
     GROUP BY 1"""
AT = "('{begin}'::timestamptz + (n - 1) / {batch} * {stride} % {hours} * interval '1 hour' + n % 3600 * interval '1 second')"
MESSAGE = fill.MESSAGE.replace("'{mark}'", "'till-' || n % 997").replace("%%", "%")

INGEST = """
    SELECT i.stored FROM staged s, analytics.ingest(%(topic)s, 0, %(first)s, %(next)s, s.offsets, s.keys, s."values",
                                                    s.nothing, s.nothing) i WHERE s.batch = %(batch)s"""
SUBMIT = """
    SELECT b.accepted FROM staged s, api.submit_batch(%(token)s, s."values", '127.0.0.1', 'bench', 0, brief => true) b
     WHERE s.batch = %(batch)s"""


def measure(bench):
    """Each row compares a size with the first one, which is measured like the others."""
    sizes = bench.sizes.receipts
    with bench.stopped("sink", "relay"):
        growing = Growing(bench)
        samples = {size: growing.measured(size) for size in sizes}
        growing.clear()
    table = {}
    for size in sizes[1:]:
        for name in rows.GROWTH:
            row = rows.growth(name, sizes[0], size)
            for ours, theirs in zip(samples[size][name], samples[sizes[0]][name]):
                row.add(ours, theirs)
            table[row.key] = row
    return table


class Growing:
    """Both databases and how many receipts each holds."""

    def __init__(self, bench):
        self.bench = bench
        self.source = random.Random(1)
        self.ingested = self.submitted = 0
        self.clear()
        with bench.sql("consumer") as connection:
            today = one(connection, "SELECT date_trunc('day', now(), 'UTC')")
            connection.execute("SELECT analytics.sink_reset_offset(%s, 0, 1)", (TOPIC,))
        # The hours that are measured lie behind the month that is filled.
        self.hour = today - timedelta(days=2)
        self.span = (self.hour - timedelta(days=DAYS), self.hour)

    def clear(self):
        """Nothing stored, no offset of ours."""
        self.bench.run_sql("producer", intake.EMPTY)
        self.bench.run_sql("consumer", fill.EMPTY, f"SELECT analytics.sink_restart('{TOPIC}')")

    def measured(self, size):
        """Grows to a size; the samples of all rounds after one that is not counted."""
        self.bench.say(f"growing to {size:,} receipts")
        self.grow(size)
        samples = {name: [] for name in rows.GROWTH}
        for number in range(self.bench.sizes.rounds + 1):
            found = {**self.hour_by_hour(), **self.reads(), "intake": self.intake()}
            if number:
                for name, sample in found.items():
                    samples[name].append(sample)
        return samples

    def grow(self, size):
        """Both databases, and what autovacuum would do meanwhile."""
        with self.bench.sql("consumer") as connection:
            while self.ingested < size:
                self.ingest(connection, self.stage(connection, self.ingested, size, self.span[0], DAYS * 24))
            self.roll_up(connection)
            connection.execute("VACUUM ANALYZE")
        with self.bench.sql("producer") as connection:
            self.submitted = one(connection, "SELECT count(*) FROM journal.accepted")
            while self.submitted < size:
                self.submit(connection, self.stage(connection, self.submitted, size, self.span[0], DAYS * 24))
            # As if the relay had published them.
            connection.execute("TRUNCATE journal.outbox")
            connection.execute("VACUUM ANALYZE")

    def stage(self, connection, count, size, begin, hours=1):
        """Makes the batches after COUNT receipts, some at a time; their numbers."""
        first, last = count // BATCH, min(size // BATCH, count // BATCH + 50)
        at = AT.format(begin=begin.isoformat(), batch=BATCH, stride=STRIDE, hours=hours)
        connection.execute("DROP TABLE IF EXISTS staged")
        connection.execute(STAGE.format(message=MESSAGE.replace("{at}", at), places=self.bench.sizes.growing_places,
                                        batch=BATCH, first=first * BATCH + 1, last=last * BATCH))
        return range(first, last)

    def ingest(self, connection, batches):
        """As the sink stores them, a transaction each."""
        for batch in batches:
            first = batch * BATCH + 1
            (stored,) = connection.execute(INGEST, {
                "topic": TOPIC, "first": first, "next": first + BATCH, "batch": batch}).fetchone()
            if stored != BATCH:
                raise BenchError("a receipt was not stored as new")
            self.ingested += BATCH

    def submit(self, connection, batches):
        """As the front end submits a batch, a transaction each."""
        token = hashlib.sha256(self.bench.instance["SUBMITTER_TOKEN"].encode()).digest()
        for batch in batches:
            (accepted,) = connection.execute(SUBMIT, {"token": token, "batch": batch}).fetchone()
            if accepted != BATCH:
                raise BenchError("a receipt was not accepted")
            self.submitted += BATCH

    def roll_up(self, connection):
        """The receipts that a rollup took up."""
        status, receipts = connection.execute("SELECT status, receipts FROM analytics.rollup()").fetchone()
        if status != "succeeded":
            raise BenchError(f"the rollup {status}")
        return receipts

    def hour_by_hour(self):
        """One more hour: its ingest and its rollup."""
        count = self.bench.sizes.growing_hour
        with self.bench.sql("consumer") as connection:
            batches = self.stage(connection, self.ingested, self.ingested + count, self.hour)
            connection.execute("CHECKPOINT")
            with Cpu(*self.bench.pid("postgres")) as ingest:
                self.ingest(connection, batches)
            connection.execute("CHECKPOINT")
            with Cpu(*self.bench.pid("postgres")) as rollup:
                receipts = self.roll_up(connection)
        if receipts != count:
            raise BenchError(f"the rollup took up {receipts} receipts of {count}")
        self.hour += timedelta(hours=1)
        self.bench.say(f"ingest {count / ingest.elapsed:,.0f}/s, rollup {rollup.elapsed * 1000:.0f} ms")
        return {"ingest": Sample(count / ingest.elapsed, ingest.seconds / count),
                "rollup": Sample(rollup.elapsed * 1000, rollup.seconds)}

    def reads(self):
        """Medians of answers about intervals that nobody asked for before."""
        def asked(path):
            return Sample(percentile([get(self.bench, path + interval(self.source, self.span, 7))[1]
                                      for _ in range(self.bench.sizes.reads)], 0.5))

        place, whole = asked("/api/analytics/place-1/?"), asked("/api/analytics/?limit=1000&")
        self.bench.say(f"one place {place.value:.1f} ms, all {whole.value:.1f} ms")
        return {"place": place, "all": whole}

    def intake(self):
        """Single receipts by HTTP, as the part intake has them."""
        path = self.bench.file(self.bench.sizes.bodies, places=200, lines=3)
        self.bench.run_sql("producer", "TRUNCATE journal.outbox", "CHECKPOINT")
        return intake.posted(self.bench, path, 1, intake.CONNECTIONS)
