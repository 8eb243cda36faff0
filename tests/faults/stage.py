"""The stage of the fault tests: our programs on a topic of their own, and the proof.

PostgreSQL and Kafka are the instance's.  The four programs are children of the
tests, each behind a proxy of its own to PostgreSQL.
"""

import os
import signal
from urllib.parse import urlsplit

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from frontend import free_port
from instance import pid_alive
from program import FLAGS, Program
from proxy import Proxy
from receipts import unique
from waiting import wait_until

PROGRAMS = ("producer", "consumer", "relay", "sink")
# What a process may have more than when it was first looked at: connections
# that come and go, and what an allocator keeps.
MORE_DESCRIPTORS = 16
MORE_MEMORY = 64 << 20
# What the sink has stored; a dead letter that was tried again is a batch of its own.
SINK_BATCHES = """
    WITH b AS (SELECT * FROM analytics.batch b WHERE b.topic = %s AND NOT EXISTS (
        SELECT FROM analytics.dead_letter d
         WHERE d.resolved_at IS NOT NULL AND d.topic = b.topic AND d.partition = b.partition
           AND d.offset = b.first_offset AND b.next_offset = b.first_offset + 1 AND b.dead = 0))"""


# Acknowledged without being there, or two in one place; the same may be recorded twice.
UNPROVED = """
    SELECT a.partition, a.offset, array_agg(a.receipt_id) FROM (
        SELECT p.partition, unnest(p.offsets) AS offset, unnest(p.receipt_ids) AS receipt_id
          FROM journal.publication p WHERE p.topic = %s) a
     GROUP BY 1, 2 HAVING count(DISTINCT a.receipt_id) > 1 OR a.offset < 0"""


class Stage:
    """Our programs, the counters, and the checks after each fault."""

    def __init__(self, instance, api, directory):
        self.instance, self.api, self.directory = instance, api, directory
        self.commands = {name: instance.command(name) for name in PROGRAMS}
        self.postgres_port = urlsplit(instance["PRODUCER_DSN"]).port
        self.admin = AdminClient({"bootstrap.servers": instance["BROKERS"], "log_level": 0})
        self.proxies, self.programs, self._first = {}, {}, {}
        self.acknowledged = self.cut = self.cut_stored = self.kills = self.faults = 0
        self.topic, self.partitions, self._elsewhere = None, 0, 0

    # Processes

    def take_over(self, partitions=1):
        """Run the four programs instead of ./receipts, on a new topic."""
        for name in PROGRAMS:
            self.instance.stop(name)
        # A test that failed may have left receipts in a topic that nobody reads.
        with self.instance.connect("consumer") as database:
            self._elsewhere = self._accepted() - database.execute(
                "SELECT count(*) FROM analytics.receipt").fetchone()[0]
        self.new_topic(partitions)
        for name in PROGRAMS:
            self.programs[name] = self.program(name).start()
        self.wait_ready()

    def hand_back(self):
        for program in self.programs.values():
            if program.alive():
                program.signal(signal.SIGCONT)
                program.kill()
        for proxy in self.proxies.values():
            proxy.close()
        for name in ("postgres", "kafka", *PROGRAMS):
            if not self.instance.alive(name):
                self.instance.start(name)

    def program(self, name, label=None, topic=None, flags=()):
        """A program, not started yet; label names a further one beside the first."""
        command, environment = self.commands[name]
        command, environment = list(command), dict(environment)
        label = label or name
        if label not in self.proxies:
            self.proxies[label] = Proxy(self.postgres_port)
        environment["RECEIPTS_DSN"] = environment["RECEIPTS_DSN"].replace(
            f":{self.postgres_port}/", f":{self.proxies[label].port}/")
        if name in ("relay", "sink"):
            command += ["--topic", topic or self.topic]
            if label != name:
                command += ["--admin-listen", f"127.0.0.1:{free_port()}"]
        command += [*FLAGS[name], *flags]
        return Program(label, command, environment, self.directory / f"{label}.log")

    def kill(self, name):
        """kill -9 of one of our programs."""
        self.programs[name].kill()
        self.kills += 1

    def start(self, name):
        self.programs[name].start()

    def kill_server(self, name):
        """kill -9 of the postmaster or of Kafka."""
        self.instance.kill(name, signal.SIGKILL)
        self.kills += 1

    def kill_backend(self, pid):
        """kill -9 of a process of PostgreSQL, upon which the postmaster ends them all."""
        os.kill(pid, signal.SIGKILL)
        self.kills += 1
        wait_until(lambda: not pid_alive(pid), what="the end of a backend")

    def backends(self, where):
        """The pids of PostgreSQL's processes that the SQL condition names."""
        with self.instance.connect("consumer") as database:
            return [row[0] for row in database.execute(
                f"SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND ({where})")]

    def wait_ready(self):
        """Wait until both front ends are ready; relay and sink prove themselves."""
        def ready():
            return all(service.get("/readyz").status == 200 for _, service in self.api.both())
        wait_until(lambda: forgiving(ready), 60, what="ready front ends")

    # Kafka

    def new_topic(self, partitions, config=None):
        self.topic, self.partitions = unique("faults"), partitions
        future = self.admin.create_topics(
            [NewTopic(self.topic, partitions, 1, config=config or {})])[self.topic]
        future.result(30)
        return self.topic

    def grow_topic(self, partitions):
        self.admin.create_partitions([NewPartitions(self.topic, partitions)])[
            self.topic].result(30)
        self.partitions = partitions

    def ends(self, topic):
        """The end of each partition, as Kafka has it."""
        consumer = Consumer({"bootstrap.servers": self.instance["BROKERS"], "log_level": 0,
                             "group.id": "faults-ends"})
        try:
            found = consumer.list_topics(topic, timeout=20).topics[topic].partitions
            return {number: consumer.get_watermark_offsets(
                TopicPartition(topic, number), timeout=20)[1] for number in found}
        finally:
            consumer.close()

    def outside(self, *receipts):
        """Say that these came to the topic past the journal."""
        self._elsewhere -= len(receipts)

    # The proof

    def prove(self, load):
        """Everything acknowledged is counted once, and nothing else has happened."""
        self.prove_rows(load)
        with self.instance.connect("consumer") as database:
            self.api.rollup()
            self.api.check(load.model)
            assert database.execute("SELECT * FROM analytics.verify()").fetchall() == []
        self._nothing_leaks()
        self.acknowledged += len(load.model.receipts)

    def prove_rows(self, load):
        """The same of the raw receipts, the live figures and the offsets."""
        assert not load.errors, load.errors[0]
        self.wait_ready()
        self.outbox_empties()
        with self.instance.connect("consumer") as database:
            wait_until(lambda: self.stored_to_the_end(database), 60,
                       what="offsets at the end of the topic")
            self._add_unknown(load, database)
            self.api.wait_stored(load.model, timeout=60)
            self._rows_equal(load, database)
            self._offsets_equal_rows(database)

    def outbox_empties(self):
        with self.instance.connect("producer") as database:
            wait_until(lambda: database.execute(
                "SELECT count(*) = 0 FROM journal.outbox").fetchone()[0], 60,
                what="an empty outbox")
            assert database.execute(UNPROVED, [self.topic]).fetchall() == []

    def stored_to_the_end(self, database):
        """Require that the offsets in the database are the ends of the partitions."""
        stored = dict(database.execute(
            'SELECT "partition", next_offset FROM analytics.kafka_offset WHERE topic = %s',
            [self.topic]).fetchall())
        try:
            ends = {number: end for number, end in self.ends(self.topic).items() if end > 0}
        except KafkaException as error:
            raise AssertionError(f"Kafka does not tell yet: {error}") from error
        assert stored == ends, f"the database stands at {stored}, Kafka at {ends}"
        return True

    def _add_unknown(self, load, database):
        """What was cut off counts if it is there; that it is there once is seen below."""
        unknown = getattr(load, "unknown", {})
        found = {row[0] for row in database.execute(
            "SELECT transaction_id FROM analytics.receipt WHERE transaction_id = ANY (%s)",
            [list(unknown)])}
        self.cut += len(unknown)
        self.cut_stored += len(found)
        load.model.add(*(unknown[transaction_id] for transaction_id in found))

    def _rows_equal(self, load, database):
        """Each receipt is stored once, and as many as the journal has accepted."""
        (stored,) = database.execute(
            "SELECT count(*) FROM analytics.receipt WHERE place_id = ANY (%s)",
            [load.places]).fetchone()
        assert stored == len(load.model.receipts)
        (total, distinct) = database.execute(
            "SELECT count(*), count(DISTINCT transaction_id) FROM analytics.receipt").fetchone()
        assert total == distinct
        assert self._accepted() - total == self._elsewhere

    def _accepted(self):
        with self.instance.connect("producer") as database:
            return database.execute(
                "SELECT count(*) FROM journal.receipt WHERE outcome = 'accepted'").fetchone()[0]

    def _offsets_equal_rows(self, database):
        """The batches join without gap or overlap, and each message is in one of them."""
        assert database.execute(
            f"{SINK_BATCHES} SELECT * FROM (SELECT b.partition, b.first_offset,"
            "   lag(b.next_offset, 1, 0::bigint) OVER (PARTITION BY b.partition"
            "       ORDER BY b.first_offset) AS before FROM b) o WHERE first_offset <> before",
            [self.topic]).fetchall() == []
        (messages, rows) = database.execute(
            f"{SINK_BATCHES} SELECT sum(next_offset - first_offset),"
            "   sum(stored + repeated + dead) FROM b", [self.topic]).fetchone()
        assert messages == rows
        assert database.execute("SELECT count(*) FROM analytics.dead_letter"
                                " WHERE topic = %s AND resolved_at IS NULL",
                                [self.topic]).fetchone() == (0,)

    def _nothing_leaks(self):
        """Those that have lived on hold no more than when they were looked at first."""
        for name, program in self.programs.items():
            first = self._first.setdefault(
                program.pid, (program.descriptors(), program.status("VmRSS")))
            wait_until(lambda p=program, f=first: p.descriptors() <= f[0] + MORE_DESCRIPTORS,
                       what=f"{name} to close connections, from {program.descriptors()}"
                            f" to about {first[0]}")
            grown = program.status("VmRSS") - first[1]
            assert grown < MORE_MEMORY, f"{name} has grown by {grown} bytes"


def forgiving(probe):
    """The probe's result; False while it cannot be asked."""
    try:
        return probe()
    except OSError:
        return False
