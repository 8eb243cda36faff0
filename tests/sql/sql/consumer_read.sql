-- Reads equal a count of the raw receipts, whatever the interval, the calendar
-- of the place, and what is rolled up and what is not.
\set VERBOSITY terse
\pset null -
SELECT setseed(0.1812);
CREATE TEMP TABLE made AS
SELECT 'R' || n AS id, 'place' || (n % 5) AS place,
       date_trunc('second', '2023-12-20'::timestamptz + random() * interval '60 days') AS at,
       (random() * 100)::numeric(8, 2) AS price, (random() * 3 + 0.1)::numeric(6, 3) AS quantity,
       (ARRAY['bread', 'milk', 'wine'])[1 + floor(random() * 3)] AS category,
       (ARRAY['card', 'cash'])[1 + floor(random() * 2)] AS method
  FROM generate_series(1, 3000) n;
CREATE FUNCTION pg_temp.ingest_made(part int, first int, last int) RETURNS TABLE (stored int, repeated int, dead int)
LANGUAGE sql AS $$
    WITH message AS (
        SELECT row_number() OVER () - 1 AS at_offset, convert_to(json_build_object(
                   'transaction_id', id, 'timestamp', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'place_id', place,
                   'items', json_build_array(json_build_object('product_id', 'x', 'quantity', quantity, 'price', price, 'category', category),
                                             json_build_object('product_id', 'y', 'quantity', 1, 'price', 0.5, 'category', 'bag')),
                   'total_amount', round(quantity * price, 2) + 0.5, 'nds_amount', round(price / 10, 2),
                   'tips_amount', 0, 'payment_method', method)::text, 'UTF8') AS value
          FROM made WHERE substr(id, 2)::int BETWEEN first AND last)
    SELECT i.* FROM (SELECT array_agg(at_offset ORDER BY at_offset) AS offsets, array_agg(value ORDER BY at_offset) AS bodies, count(*) AS n FROM message) m,
           analytics.ingest('read', part, 0, m.n, m.offsets, array_fill(NULL::bytea, ARRAY[m.n::int]), m.bodies,
                            array_fill(NULL::text, ARRAY[m.n::int]), array_fill(NULL::text, ARRAY[m.n::int])) i $$;
SELECT * FROM pg_temp.ingest_made(0, 1, 100);
SELECT analytics.set_place_calendar('place1', 'America/New_York', '04:30');
SELECT analytics.set_place_calendar('place2', 'Asia/Kathmandu');
SELECT analytics.set_place_calendar('place3', 'Europe/Moscow', '06:00');
SELECT * FROM pg_temp.ingest_made(1, 101, 1500);
SELECT receipts FROM analytics.rollup();
SELECT * FROM pg_temp.ingest_made(2, 1501, 2500);
SELECT receipts FROM analytics.rollup();
SELECT * FROM pg_temp.ingest_made(3, 2501, 3000);
SELECT count(*) FROM analytics.verify();
-- Counted plainly, from what was made, by plain SQL.
CREATE FUNCTION pg_temp.plain(lo timestamptz, hi timestamptz, upto int)
RETURNS TABLE (place_id text, purchases bigint, total numeric, nds numeric, smallest numeric, largest numeric,
               bread bigint, bread_spent numeric, bread_quantity numeric, cash bigint, cash_total numeric) LANGUAGE sql AS $$
    SELECT place, count(*), sum(round(quantity * price, 2) + 0.5), sum(round(price / 10, 2)),
           min(round(quantity * price, 2) + 0.5), max(round(quantity * price, 2) + 0.5),
           count(*) FILTER (WHERE category = 'bread'), sum(round(quantity * price, 2)) FILTER (WHERE category = 'bread'),
           sum(quantity) FILTER (WHERE category = 'bread'),
           count(*) FILTER (WHERE method = 'cash'), sum(round(quantity * price, 2) + 0.5) FILTER (WHERE method = 'cash')
      FROM made WHERE at >= lo AND at < hi AND substr(id, 2)::int <= upto GROUP BY place $$;
CREATE FUNCTION pg_temp.read(lo timestamptz, hi timestamptz, live boolean)
RETURNS TABLE (place_id text, purchases bigint, total numeric, nds numeric, smallest numeric, largest numeric,
               bread bigint, bread_spent numeric, bread_quantity numeric, cash bigint, cash_total numeric) LANGUAGE sql AS $$
    SELECT r.place_id, receipts.purchases(r.summary), receipts.total_amount(r.summary), receipts.total_nds(r.summary),
           receipts.min_receipt(r.summary), receipts.max_receipt(r.summary),
           coalesce(b.receipts, 0), b.total_spent, b.quantity, coalesce(c.receipts, 0), c.total_amount
      FROM analytics.read(lo, hi, '{place0,place1,place2,place3,place4}', live) r
      LEFT JOIN LATERAL (SELECT * FROM receipts.categories(r.summary) x WHERE x.category = 'bread') b ON true
      LEFT JOIN LATERAL (SELECT * FROM receipts.payment_methods(r.summary) x WHERE x.payment_method = 'cash') c ON true $$;
CREATE TEMP TABLE question AS
SELECT n, least(a, b) AS lo, greatest(a, b) AS hi, n % 2 = 0 AS live
  FROM (SELECT n, date_trunc(g, '2023-12-15'::timestamptz + random() * interval '70 days') AS a,
               date_trunc(g, '2023-12-15'::timestamptz + random() * interval '70 days') AS b
          FROM generate_series(1, 200) n,
               LATERAL (SELECT (ARRAY['second', 'hour', 'day', 'minute', 'month'])[1 + n % 5]) k (g)) r
 WHERE a <> b;
INSERT INTO question VALUES (0, '-infinity', 'infinity', true), (-1, '-infinity', 'infinity', false), (-2, '2024-01-10 10:30', 'infinity', false);
SELECT count(*) > 150 AS asked, sum((SELECT count(*) FROM (
           (SELECT * FROM pg_temp.plain(q.lo, q.hi, CASE WHEN live THEN 3000 ELSE 2500 END) EXCEPT SELECT * FROM pg_temp.read(q.lo, q.hi, live))
           UNION ALL
           (SELECT * FROM pg_temp.read(q.lo, q.hi, live) EXCEPT SELECT * FROM pg_temp.plain(q.lo, q.hi, CASE WHEN live THEN 3000 ELSE 2500 END))) d)) AS differences
  FROM question q;
-- Retention: whole hours stay exact, edges inside dropped hours are refused.
BEGIN;
UPDATE analytics.retention SET raw_from = '2024-01-01';
DELETE FROM analytics.raw_receipt WHERE occurred_at < '2024-01-01';
SELECT count(*) > 0 AS whole_hours FROM analytics.read('2023-12-25 10:00', '2023-12-25 23:00', '{place0}');
SAVEPOINT edge;
SELECT * FROM analytics.read('2023-12-25 10:30', '2023-12-26', '{place0}');
ROLLBACK TO edge;
SELECT count(*) FROM analytics.verify();
SELECT analytics.rebuild('2023-12-31', '2024-01-02');
ROLLBACK;
