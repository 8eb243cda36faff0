"""Fills the consumer with receipts and history, faster than tills could."""

# But the offsets: the sink goes on where it was.
EMPTY = ("TRUNCATE analytics.raw_receipt, analytics.pending, analytics.pending_batch, analytics.batch, "
         "analytics.place, analytics.dead_letter, analytics.place_hour, "
         "analytics.place_day, analytics.place_month, analytics.trace")

BATCH = 1000

# Receipt n of 3 lines as canonical JSON.  A square of a random number favours some places, as Zipf's law does.
MESSAGE = """
    convert_to(format('{"transaction_id":"%%s-%%s","timestamp":"%%s","place_id":"place-%%s","place_name":"Place %%s",'
        '"items":[{"product_id":"p-%%s","quantity":1,"price":%%s,"category":"category-%%s"},'
        '{"product_id":"p-%%s","quantity":2,"price":1.25,"category":"category-%%s"},'
        '{"product_id":"p-7","quantity":1,"price":3.50,"category":"category-1"}],'
        '"total_amount":%%s,"nds_amount":1.00,"payment_method":"%%s"}',
        '{mark}', n, to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), place, place, n %% 500, cents, n %% 13,
        n %% 311, n %% 7, cents + 6.00, CASE n %% 3 WHEN 0 THEN 'cash' ELSE 'card' END), 'UTF8')"""

STORE = """
    SELECT s.stored FROM (
        SELECT array_agg(n::bigint) AS offsets, array_agg(place::text::bytea) AS keys, array_agg({message}) AS "values",
               array_agg(NULL::text) AS nothing
          FROM (SELECT n, 1 + floor(power(random(), 2) * %(places)s)::int AS place,
                       round((1 + n %% 4000 / 100.0)::numeric, 2) AS cents
                  FROM generate_series(%(first)s::int, %(last)s::int) n) made) made,
        analytics.store(nextval('analytics.batch_id_seq'), offsets, keys, "values", nothing, nothing, 'bench', 0) s"""


def hour(connection, count, places):
    """An hour's receipts, stored and pending as the sink leaves them; the hour."""
    (begin,) = connection.execute("SELECT date_trunc('hour', now(), 'UTC') - interval '1 day'").fetchone()
    message = MESSAGE.replace("{mark}", "hour").replace(
        "{at}", "(%(begin)s::timestamptz + n %% 3600 * interval '1 second')")
    for first in range(1, count + 1, BATCH):
        connection.execute(STORE.replace("{message}", message), {
            "places": places, "begin": begin, "first": first, "last": min(first + BATCH - 1, count)})
    connection.execute("INSERT INTO analytics.pending_batch SELECT DISTINCT batch_id FROM analytics.pending")
    return begin


# A year of rollups: 12 busy hours a day; few summaries over and over, since their sizes matter and not their sums.
HISTORY = """
    CREATE TEMPORARY TABLE sample AS
    SELECT k, receipts.receipt_summary_agg(10.00 + k, 1.00, 0.00, CASE l %% 3 WHEN 0 THEN 'cash' ELSE 'card' END,
               ARRAY[ROW('p', 1, 10.00 + k, 'category-' || (k + l) %% 13)::receipts.receipt_item]) AS summary
      FROM generate_series(0, 49) k, generate_series(1, 6) l GROUP BY k;
    INSERT INTO analytics.place (place_id, place_name, first_seen, last_seen)
    SELECT 'place-' || p, 'Place ' || p, {begin}, {end} FROM generate_series(1, {places}) p;
    INSERT INTO analytics.place_hour
    SELECT 'place-' || p, h, s.summary
      FROM generate_series(1, {places}) p, generate_series({begin}, {end} - interval '1 hour', interval '1 hour') h
      JOIN sample s ON s.k = (extract(hour FROM h)::int * 7 + extract(doy FROM h)::int) %% 50
     WHERE extract(hour FROM h) BETWEEN 8 AND 19 ORDER BY h;
    INSERT INTO analytics.place_day
    SELECT place_id, date_trunc('day', starts_at, 'UTC'), receipts.merge(summary) FROM analytics.place_hour GROUP BY 1, 2 ORDER BY 2;
    INSERT INTO analytics.place_month
    SELECT place_id, date_trunc('month', starts_at, 'UTC'), receipts.merge(summary) FROM analytics.place_day GROUP BY 1, 2;
    DROP TABLE sample"""


def history(connection, places, days):
    """So many days of rollups of so many places, until today; begin and end."""
    begin, end = connection.execute(
        "SELECT d - %s * interval '1 day', d FROM date_trunc('day', now(), 'UTC') d", (days,)).fetchone()
    quoted = {name: f"'{at.isoformat()}'::timestamptz" for name, at in (("begin", begin), ("end", end))}
    connection.execute(HISTORY.replace("%%", "%").replace("{begin}", quoted["begin"]).replace("{end}", quoted["end"])
                       .replace("{places}", str(places)))
    connection.execute("SELECT analytics.rollup()")
    connection.execute("VACUUM ANALYZE analytics.place_hour, analytics.place_day, analytics.place_month, analytics.place")
    return begin, end
