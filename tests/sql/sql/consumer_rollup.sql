-- The rollup drains, the views show, verify proves, rebuild mends.
\set VERBOSITY terse
\pset null -
SELECT status, started_by, batches, deltas, receipts, buckets, message FROM analytics.rollup();
SELECT count(*) FROM analytics.pending;
SELECT count(*) FROM analytics.pending_batch;
SELECT status, batches, receipts FROM analytics.rollup('sql');
SELECT * FROM analytics.place_hourly ORDER BY 1, 3;
SELECT * FROM analytics.place_daily ORDER BY 1, 3;
SELECT * FROM analytics.place_monthly ORDER BY 1, 3;
SELECT * FROM analytics.category_hourly ORDER BY place_id, hour, category;
SELECT * FROM analytics.payment_daily ORDER BY 1, 3;
SELECT transaction_id, place_name, occurred_at, total_amount, lines FROM analytics.receipt ORDER BY 1;
SELECT transaction_id, line, product_id, quantity, price, line_sum FROM analytics.receipt_item ORDER BY 1, 2 LIMIT 4;
SELECT pending_batches, pending_since, dead_letters, as_of > now() - interval '1 minute' AS fresh FROM analytics.freshness;
SELECT * FROM analytics.verify();
-- Damage is found and mended.
DELETE FROM analytics.place_hour WHERE place_id = 'p1';
UPDATE analytics.place_day SET summary = summary OPERATOR(receipts.+) summary WHERE place_id = 'p2' AND starts_at = '2024-02-07';
SELECT grain, place_id, starts_at, stored -> 'total_purchases' AS stored, counted -> 'total_purchases' AS counted FROM analytics.verify() ORDER BY 1, 2, 3;
SELECT count(*) FROM analytics.verify('2024-03-01', '2024-04-01');
SELECT analytics.rebuild('2024-02-07', '2024-02-08');
SELECT * FROM analytics.verify();
-- A failure is recorded and changes nothing.
INSERT INTO analytics.pending SELECT place_id, starts_at, 0, summary FROM analytics.place_hour LIMIT 1;
ALTER TABLE analytics.place_hour ADD CONSTRAINT broken CHECK (starts_at < '2000-01-01') NOT VALID;
SELECT status, receipts, message FROM analytics.rollup();
ALTER TABLE analytics.place_hour DROP CONSTRAINT broken;
SELECT count(*) FROM analytics.pending;
DELETE FROM analytics.pending;
-- A moved receipt counts in its new place, also when its message comes again.
SELECT analytics.reassign_place('{I1,nothing}', 'p3', 'Three');
SELECT place_id, total_purchases FROM (SELECT place_id, purchases AS total_purchases FROM analytics.place_monthly) m ORDER BY 1;
SELECT * FROM analytics.verify();
SELECT * FROM analytics.ingest('t', 3, 0, 1, '{0}', '{k}', ARRAY[convert_to('{"transaction_id":"I1","timestamp":"2024-02-07T12:34:56Z","place_id":"p1","items":[{"product_id":"1","quantity":2,"price":10.99,"category":"a"},{"product_id":"2","quantity":1,"price":5.49,"category":"b"}],"total_amount":27.47,"nds_amount":2.47,"tips_amount":1.00,"payment_method":"card"}', 'UTF8')], '{NULL}', '{NULL}');
SELECT analytics.reassign_place('{I1}', '');
-- What analysts may read, and what not.
SET ROLE receipts_analyst;
SELECT count(*) > 0 AS seen FROM analytics.place_daily;
SELECT count(*) > 0 AS seen FROM analytics.receipt_item;
SELECT count(*) AS seen FROM analytics.freshness;
SELECT * FROM analytics.raw_receipt;
SELECT * FROM analytics.dead_letter;
SELECT * FROM auth.token;
SELECT analytics.rollup();
