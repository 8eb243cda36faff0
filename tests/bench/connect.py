"""The peer of ingest in Java: Kafka Connect, standalone, with Debezium's JDBC sink."""

import contextlib
import json
import os
import subprocess
import urllib.parse

from confluent_kafka import Consumer, TopicPartition
from psycopg.conninfo import conninfo_to_dict

from context import HERE, BenchError, free_port, one, wait_for
from measure import Cpu, Sample

LIBS = os.environ.get("RECEIPTS_CONNECT_LIBS")

# The flat receipt; the sink upserts and so needs its key.
TABLE = """
    CREATE TABLE bench.connect (
        transaction_id text PRIMARY KEY, timestamp text NOT NULL, place_id text NOT NULL, total_amount numeric NOT NULL,
        nds_amount numeric NOT NULL, tips_amount numeric, payment_method text NOT NULL)"""

TEXTS = ("transaction_id", "timestamp", "place_id", "payment_method")
AMOUNTS = ("total_amount", "nds_amount", "tips_amount")

# What a message is, of which the converter takes these fields and leaves the rest.
SCHEMA = {"type": "struct", "optional": False, "fields": [
    *({"field": name, "type": "string", "optional": False} for name in TEXTS),
    *({"field": name, "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "version": 1,
       "parameters": {"scale": "2"}, "optional": name == "tips_amount"} for name in AMOUNTS)]}

# Greater batches than the sink's, and rows in one statement: slower with the defaults (500, a statement a row).
BATCH = 5000


def worker(bench):
    """The settings of the worker."""
    return {
        "bootstrap.servers": bench.instance["BROKERS"],
        "listeners": f"http://127.0.0.1:{free_port()}",
        "plugin.discovery": "service_load",
        "offset.storage.file.filename": bench.work / "connect.offsets",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true",
        "value.converter.schema.content": json.dumps(SCHEMA),
        "connector.client.config.override.policy": "All"}


def connector(bench, group):
    """The settings of the sink."""
    database = conninfo_to_dict(bench.instance["CONSUMER_DSN"])
    address = f"{urllib.parse.quote(database['host'])}:{database['port']}/{database['dbname']}"
    return {
        "name": "bench",
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": "1",
        "topics": bench.instance["TOPIC"],
        "connection.url": f"jdbc:postgresql://{address}?reWriteBatchedInserts=true",
        "connection.username": database["user"],
        "connection.password": database.get("password", ""),
        "collection.name.format": "bench.connect",
        "insert.mode": "upsert",
        "primary.key.mode": "record_value",
        "primary.key.fields": "transaction_id",
        "schema.evolution": "none",
        "batch.size": BATCH,
        "consumer.override.group.id": group,
        "consumer.override.max.poll.records": BATCH,
        "consumer.override.fetch.min.bytes": 1000000,
        "consumer.override.max.partition.fetch.bytes": 8000000}


def measure(bench, begin):
    """The sample of the topic's second half, when the JVM is warm."""
    count = bench.sizes.topic
    bench.run_sql("consumer", "DROP TABLE IF EXISTS bench.connect", TABLE, "CHECKPOINT")
    group = start_group(bench, begin)
    with bench.sql("consumer") as connection:
        def reached(share):
            return one(connection, "SELECT count(*) FROM bench.connect") >= share * count

        with running(bench, group) as process:
            wait_for(lambda: process.poll() is not None or reached(0.5), 300, "half of the topic by Kafka Connect", 0.1)
            with Cpu(process.pid, *bench.pid("postgres")) as cpu:
                before = one(connection, "SELECT count(*) FROM bench.connect")
                wait_for(lambda: process.poll() is not None or reached(1), 300, "end of the topic by Kafka Connect", 0.1)
        check(bench, connection)
    rate = (count - before) / cpu.elapsed
    bench.say(f"Kafka Connect: {rate:,.0f}/s")
    return Sample(rate, cpu.seconds / (count - before))


def start_group(bench, begin):
    """The name of a new consumer group that stands where the bench's receipts begin."""
    group = f"connect-bench-{bench.mark()}"
    consumer = Consumer({"bootstrap.servers": bench.instance["BROKERS"], "group.id": group})
    consumer.commit(offsets=[TopicPartition(bench.instance["TOPIC"], at, offset) for at, offset in begin.items()],
                    asynchronous=False)
    consumer.close()
    return group


@contextlib.contextmanager
def running(bench, group):
    """Kafka Connect as a process, its log in the work directory."""
    paths = [properties(bench.work / f"{name}.properties", settings) for name, settings in (
        ("worker", worker(bench)), ("connector", connector(bench, group)))]
    with open(bench.work / "connect.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            ["java", "-Xmx1g", f"-Dlog4j2.configurationFile={(HERE / 'connect' / 'log4j2.properties').as_uri()}",
             "-cp", f"{LIBS}/*", "org.apache.kafka.connect.cli.ConnectStandalone", *paths],
            stdout=log, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def properties(path, settings):
    """Writes a file of Java's properties; its path."""
    text = "".join(f"{name}={value}\n" for name, value in settings.items())
    path.write_text(text.replace("\\", "\\\\"), "utf-8")
    path.chmod(0o600)
    return path


def check(bench, connection):
    """Every receipt once, with its money."""
    found = connection.execute("""
        SELECT (SELECT count(*) FROM bench.connect), (SELECT count(*) FROM bench.connect c JOIN bench.message m
                    ON m.body::json ->> 'transaction_id' = c.transaction_id
                       AND (m.body::json ->> 'total_amount')::numeric = c.total_amount)""").fetchone()
    if found != (bench.sizes.topic, bench.sizes.topic):
        raise BenchError(f"Kafka Connect stored {found} of {bench.sizes.topic}; see {bench.work / 'connect.log'}")
