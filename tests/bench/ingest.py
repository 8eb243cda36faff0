"""Ingest: the sink against COPY and against SQL alone; the parser against json's."""

from confluent_kafka import Consumer, Producer, TopicPartition

import connect
import fill
import rows
import sql
from context import BenchError, one, wait_for
from measure import Cpu, Sample

BATCH = 1000
SPLIT = (
    "COPY (SELECT transaction_id, occurred_at, place_id, total_amount, nds_amount, tips_amount, payment_method "
    "FROM analytics.raw_receipt) TO '{directory}/bench-receipt'",
    "COPY (SELECT transaction_id, i.line, i.product_id, i.quantity, i.price, i.category FROM analytics.raw_receipt, "
    "unnest(items) WITH ORDINALITY AS i (product_id, quantity, price, category, line)) TO '{directory}/bench-item'")
COPY = ("COPY bench.flat FROM '{directory}/bench-receipt'", "COPY bench.flat_item FROM '{directory}/bench-item'")


def measure(bench):
    """All rows, round by round."""
    table = rows.table("ingest")
    path = bench.file(bench.sizes.topic, places=1000)
    with bench.stopped("sink", "relay", "producer"):
        fill_table(bench, path)
        begin = fill_topic(bench, path)
        for number in range(bench.sizes.rounds):
            ours = sink(bench, begin)
            if number == 0:
                split(bench)
            table["ingest"].add(ours, copied(bench))
            table["ingest_sql"].add(ours, in_sql(bench))
            table["parse"].add(*parsed(bench))
            if connect.LIBS:
                table["ingest_connect"].add(ours, connect.measure(bench, begin))
        clear(bench, begin)
    if not connect.LIBS:
        bench.say("Kafka Connect: skipped, its jars are not here")
        del table["ingest_connect"]
    return table


def fill_table(bench, path):
    """The same messages as text in a table, for the peers."""
    with bench.sql("consumer") as connection:
        connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
        connection.execute("CREATE SCHEMA bench")
        connection.execute(sql.PREPARE)
        connection.execute("CREATE TABLE bench.message (n int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)")
        with connection.cursor().copy("COPY bench.message (body) FROM STDIN") as copy:
            for line in open(path, encoding="utf-8"):
                copy.write_row((line.rstrip("\n"),))
        connection.execute("VACUUM ANALYZE bench.message")


def fill_topic(bench, path):
    """Puts the receipts into the topic as the relay would; the offsets before them."""
    topic = bench.instance["TOPIC"]
    begin = {at: high for at, high in ends(bench).items()}
    producer = Producer({"bootstrap.servers": bench.instance["BROKERS"], "acks": "all", "linger.ms": 20,
                         "compression.type": "lz4", "queue.buffering.max.messages": 1000000})
    with bench.sql("consumer") as connection:
        keys = connection.execute("SELECT body::json ->> 'place_id', body FROM bench.message ORDER BY n").fetchall()
    for key, body in keys:
        producer.produce(topic, key=key, value=body, headers={"ce_type": "pg_receipts.receipt.v1"})
    if producer.flush(60):
        raise BenchError("the topic could not be filled")
    return begin


def ends(bench):
    """The end of each partition of the topic."""
    topic = bench.instance["TOPIC"]
    consumer = Consumer({"bootstrap.servers": bench.instance["BROKERS"], "group.id": "bench"})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    found = {at: consumer.get_watermark_offsets(TopicPartition(topic, at), timeout=10)[1] for at in partitions}
    consumer.close()
    return found


def clear(bench, offsets):
    """An empty consumer that goes on from these offsets."""
    with bench.sql("consumer") as connection:
        connection.execute(fill.EMPTY)
        for at, offset in offsets.items():
            connection.execute("SELECT analytics.sink_reset_offset(%s, %s, %s)",
                               (bench.instance["TOPIC"], at, offset))
        connection.execute("CHECKPOINT")


def sink(bench, begin):
    """From the end of its first batch to the end of its last, so that its start does not count."""
    count = bench.sizes.topic
    clear(bench, begin)
    with bench.sql("consumer") as connection:
        def stored():
            return one(connection, "SELECT coalesce(sum(stored + repeated + dead), 0) FROM analytics.batch") >= count

        with Cpu(*bench.pid("postgres")) as cpu:
            bench.instance.start("sink")
            wait_for(stored, 300, "end of the topic in the tables")
        bench.instance.stop("sink")
        check_stored(connection, count)
        rate = one(connection, """
            SELECT sum(stored) FILTER (WHERE batch_id > first) / extract(epoch FROM max(stored_at) - min(stored_at))
              FROM analytics.batch, (SELECT min(batch_id) AS first FROM analytics.batch) f""")
    bench.say(f"ingest: {rate:,.0f}/s")
    return Sample(float(rate), cpu.seconds / count)


def check_stored(connection, count):
    """Every receipt once, and the deltas add up to the same money as the messages."""
    found = connection.execute("""
        SELECT (SELECT count(*) FROM analytics.raw_receipt),
               (SELECT receipts.purchases(receipts.merge(summary)) FROM analytics.pending),
               (SELECT receipts.total_amount(receipts.merge(summary)) FROM analytics.pending),
               (SELECT sum((body::json ->> 'total_amount')::numeric) FROM bench.message),
               (SELECT count(*) FROM analytics.dead_letter)""").fetchone()
    if found[:2] != (count, count) or found[2] != found[3] or found[4]:
        raise BenchError(f"the sink stored {found} of {count}")


def split(bench):
    """Writes the files for COPY beside the database, where the server may."""
    with bench.sql("consumer") as connection:
        directory = one(connection, "SHOW data_directory")
        for statement in SPLIT:
            connection.execute(statement.format(directory=directory))


def emptied(bench):
    """Empty tables of the peers, nothing left to be written."""
    bench.run_sql("consumer", "TRUNCATE bench.flat, bench.flat_item, bench.place, bench.dead, bench.delta", "CHECKPOINT")


def copied(bench):
    """COPY of both files in one transaction."""
    emptied(bench)
    with bench.sql("consumer") as connection, Cpu(*bench.pid("postgres")) as cpu:
        directory = one(connection, "SHOW data_directory")
        with connection.transaction():
            for statement in COPY:
                connection.execute(statement.format(directory=directory))
    check_flat(bench)
    rate = bench.sizes.topic / cpu.elapsed
    bench.say(f"COPY: {rate:,.0f}/s")
    return Sample(rate, cpu.seconds / bench.sizes.topic)


def check_flat(bench):
    """The peers have stored the same."""
    with bench.sql("consumer") as connection:
        found = connection.execute("""
            SELECT (SELECT count(*) FROM bench.flat), (SELECT count(*) FROM bench.flat_item),
                   (SELECT count(*) FROM analytics.raw_receipt),
                   (SELECT sum(cardinality(items)) FROM analytics.raw_receipt)""").fetchone()
    if found[0] != found[2] or found[1] != found[3]:
        raise BenchError(f"a peer of ingest stored {found}")


def in_sql(bench):
    """The same work by SQL, in batches of the sink's size."""
    emptied(bench)
    count = bench.sizes.topic
    with bench.sql("consumer") as connection, Cpu(*bench.pid("postgres")) as cpu:
        # The planner takes the rows out of JSON for few and would loop over them for minutes.
        connection.execute("SET enable_nestloop = off")
        for begin in range(1, count + 1, BATCH):
            connection.execute(sql.STORE, (begin, begin + BATCH))
        if one(connection, "SELECT sum(purchases) FROM bench.delta") != count:
            raise BenchError("the ingest in SQL did not count every receipt")
    check_flat(bench)
    rate = count / cpu.elapsed
    bench.say(f"the same in SQL: {rate:,.0f}/s")
    return Sample(rate, cpu.seconds / count)


def parsed(bench):
    """(the extension's parser, the cast to json), both in the select list, each over all texts once to warm up."""
    return (texts(bench, "SELECT count((receipts.receipt_parse(body)).items) FROM bench.message"),
            texts(bench, "SELECT count(body::json) FROM bench.message"))


def texts(bench, query):
    """The speed of a query over all texts in one process."""
    with bench.sql("consumer") as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        one(connection, query)
        with Cpu(*bench.pid("postgres")) as cpu:
            if one(connection, query) != bench.sizes.topic:
                raise BenchError("a text was not parsed")
    return Sample(bench.sizes.topic / cpu.elapsed, cpu.seconds / bench.sizes.topic)
