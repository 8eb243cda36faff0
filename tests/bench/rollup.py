"""The aggregate and the rollup against the equal SQL."""

import fill
import rows
import sql
from context import BenchError
from measure import Cpu, Sample

# Receipts of three lines, made by arithmetic: the same each time.
FILL = """
    CREATE TABLE bench.sale AS
    SELECT n AS sale_id, sum AS total_amount, round(sum / 6, 2) AS nds_amount,
           CASE WHEN n %% 5 = 0 THEN round(sum / 10, 2) ELSE 0.00 END AS tips_amount,
           (ARRAY['card', 'card', 'cash', 'qr'])[1 + n %% 4] AS payment_method, items
      FROM (SELECT n, array_agg(ROW('product-' || (n * 7 + line * 13) %% 500, quantity, price,
                                    'category-' || (n * 3 + line * line) %% 13)::receipts.receipt_item) AS items,
                   sum(round(quantity * price, 2)) AS sum
              FROM generate_series(1, %s) n, generate_series(1, 3) line,
                   LATERAL (SELECT (1 + (n + line) %% 3)::numeric AS quantity,
                                   (100 + (n * 31 + line * 17) %% 4000) / 100.0::numeric(8, 2) AS price) x
             GROUP BY n) made"""

OURS = """
    SELECT receipts.receipt_summary_agg(total_amount, nds_amount, tips_amount, payment_method, items)::jsonb
      FROM bench.sale"""

THEIRS = """
    SELECT r.*, c.object, m.object
      FROM (SELECT count(*), sum(total_amount), sum(nds_amount), sum(tips_amount), min(total_amount), max(total_amount)
              FROM bench.sale) r,
           (SELECT jsonb_object_agg(category, jsonb_build_object(
                       'receipts', receipts, 'quantity', quantity, 'total_spent', spent)) AS object
              FROM (SELECT i.category, count(DISTINCT s.sale_id) AS receipts, sum(i.quantity) AS quantity,
                           sum(round(i.quantity * i.price, 2)) AS spent
                      FROM bench.sale s, unnest(s.items) i GROUP BY 1) one) c,
           (SELECT jsonb_object_agg(payment_method, jsonb_build_object(
                       'receipts', receipts, 'total_amount', amount)) AS object
              FROM (SELECT payment_method, count(*) AS receipts, sum(total_amount) AS amount
                      FROM bench.sale GROUP BY 1) one) m"""


def measure(bench):
    """All rows, round by round."""
    table = rows.table("rollup")
    bench.run_sql("consumer", "DROP SCHEMA IF EXISTS bench CASCADE", "CREATE SCHEMA bench")
    with bench.stopped("sink", "relay", "producer"):
        with bench.sql("consumer") as connection:
            bench.say(f"making {bench.sizes.aggregate:,} receipts")
            connection.execute(FILL % bench.sizes.aggregate)
            connection.execute("VACUUM ANALYZE bench.sale")
            for _ in range(bench.sizes.rounds):
                table["aggregate"].add(*aggregated(bench, connection))
                table["rollup"].add(*rolled_up(bench, connection))
            connection.execute(fill.EMPTY)
    bench.run_sql("consumer", "DROP SCHEMA bench CASCADE")
    return table


def timed(bench, connection, query):
    """The one row of a query, and a sample of its time."""
    with Cpu(*bench.pid("postgres")) as cpu:
        found = connection.execute(query).fetchone()
    return found, Sample(cpu.elapsed, cpu.seconds)


def aggregated(bench, connection):
    """(the aggregate, the equal SQL), as the settings have it, so with workers if these pay."""
    (ours,), our_time = timed(bench, connection, OURS)
    theirs, their_time = timed(bench, connection, THEIRS)
    check_equal(ours, theirs)
    bench.say(f"aggregate: {our_time.value:.2f} s, in SQL: {their_time.value:.2f} s")
    return our_time, their_time


def check_equal(ours, theirs):
    """Both have found the same figures."""
    flat = (ours["total_purchases"], ours["total_amount"], ours["taxes_amount"]["total_nds"],
            ours["taxes_amount"]["total_tips"], ours["min_receipt"], ours["max_receipt"])
    same = all(abs(float(a) - float(b)) < 0.005 for a, b in zip(flat, theirs))
    for mine, their in ((ours["category_analytics"], theirs[6]), (ours["payment_analytics"], theirs[7])):
        same = same and mine.keys() == their.keys() and all(
            abs(mine[name][figure] - value) < 0.005 for name in their for figure, value in their[name].items())
    if not same:
        raise BenchError(f"the aggregate says {ours}, SQL says {theirs}")


# The hour as SQL alone would have it counted: by place, from the receipts and their lines.
RECOUNT = """
    CREATE TABLE bench.recount AS
    WITH receipt AS MATERIALIZED (
        SELECT r.*, date_trunc('hour', r.occurred_at, 'UTC') AS starts_at FROM analytics.raw_receipt r
         WHERE r.occurred_at >= %(hour)s AND r.occurred_at < %(hour)s + interval '1 hour'
    ), item AS MATERIALIZED (
        SELECT r.transaction_id, r.place_id, r.starts_at, i.* FROM receipt r, unnest(r.items) i
    )""" + sql.FIGURES.format(receipt="receipt", item="item")


def rolled_up(bench, connection):
    """(the rollup of an hour, its recount); the hour was stored as the sink stores it."""
    connection.execute(fill.EMPTY)
    hour = fill.hour(connection, bench.sizes.hour, bench.sizes.places)
    connection.execute("VACUUM ANALYZE analytics.raw_receipt, analytics.pending")
    connection.execute("CHECKPOINT")
    (status, receipts), our_time = timed(bench, connection, "SELECT status, receipts FROM analytics.rollup()")
    if (status, receipts) != ("succeeded", bench.sizes.hour):
        raise BenchError(f"the rollup {status} with {receipts} receipts")
    connection.execute("DROP TABLE IF EXISTS bench.recount")
    with Cpu(*bench.pid("postgres")) as cpu:
        connection.execute(RECOUNT, {"hour": hour})
    differing = connection.execute("""
        SELECT count(*) FROM analytics.place_hour h FULL JOIN bench.recount r USING (place_id, starts_at)
         WHERE (receipts.purchases(h.summary), receipts.total_amount(h.summary)) IS DISTINCT FROM (r.purchases, r.total)
        """).fetchone()[0]
    if differing:
        raise BenchError(f"rollup and recount differ in {differing} places")
    bench.say(f"rollup: {our_time.value:.3f} s, recount: {cpu.elapsed:.3f} s")
    return our_time, Sample(cpu.elapsed, cpu.seconds)
