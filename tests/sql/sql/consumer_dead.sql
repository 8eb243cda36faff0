-- Messages of an unknown type, and what a DBA does when Kafka was lost.
\set VERBOSITY terse
\pset null -
CREATE FUNCTION pg_temp.message(id text, at text, place text, total text DEFAULT '27.47', name text DEFAULT NULL)
RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id":"%s","timestamp":"%s","place_id":"%s",%s"items":[{"product_id":"1","quantity":2,"price":10.99,"category":"a"},{"product_id":"2","quantity":1,"price":5.49,"category":"b"}],"total_amount":%s,"nds_amount":2.47,"tips_amount":1.00,"payment_method":"card"}',
        id, at, place, CASE WHEN name IS NOT NULL THEN format('"place_name":"%s",', name) ELSE '' END, total), 'UTF8') $$;
BEGIN;
-- A message of a type we do not know is kept, however well it reads; one without a type is taken.
SELECT * FROM analytics.ingest('v', 0, 0, 3, '{0,1,2}', '{k,k,k}',
    ARRAY[pg_temp.message('V1', '2024-02-07T12:00:00Z', 'pv'), pg_temp.message('V2', '2024-02-07T12:00:00Z', 'pv'), pg_temp.message('V3', '2024-02-07T12:00:00Z', 'pv')],
    '{pg_receipts.receipt.v1,pg_receipts.receipt.v2,NULL}', '{NULL,NULL,NULL}');
SELECT "offset", type, code, pointer, message, errors FROM analytics.dead_letter WHERE topic = 'v';
SELECT dead_letter_id AS letter FROM analytics.dead_letter WHERE topic = 'v' \gset
SELECT resolution, errors #>> '{0,code}' AS code FROM analytics.dead_letter_retry(:letter);
-- After an upgrade that knows it, it is stored, once.
CREATE OR REPLACE FUNCTION analytics.knows_type(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT type IS NULL OR type IN ('pg_receipts.receipt.v1', 'pg_receipts.receipt.v2') $$;
SELECT * FROM analytics.dead_letter_retry_code('unknown_type');
SELECT * FROM analytics.dead_letter_retry_code('unknown_type');
SELECT transaction_id FROM analytics.raw_receipt WHERE place_id = 'pv' ORDER BY 1;
-- A message that the database refused is in the record of the batches too.
SELECT analytics.ingest_dead('v', 1, 0, 1, 0, 'k', 'v', NULL, NULL, '22P02', 'the database said no');
SELECT first_offset, next_offset, stored, repeated, dead FROM analytics.batch WHERE topic = 'v' AND "partition" = 1;
-- The first Kafka is noted; another does not take its place, unless there are no offsets or a DBA says so.
SELECT known_cluster FROM analytics.sink_offsets('c', '{0}', 'first');
SELECT known_cluster FROM analytics.sink_offsets('c', '{0}', 'second');
SELECT * FROM analytics.ingest('c', 0, 0, 1, '{0}', '{k}', ARRAY[NULL::bytea], '{NULL}', '{NULL}');
SELECT * FROM analytics.ingest('c', 1, 0, 1, '{0}', '{k}', ARRAY[NULL::bytea], '{NULL}', '{NULL}');
SELECT * FROM analytics.sink_offsets('c', '{0,1,2}', 'third');
SELECT * FROM analytics.sink_offsets('c', '{0}');
SET ROLE receipts_admin;
SELECT analytics.sink_accept_cluster('c'), analytics.sink_accept_cluster('c') AS again;
RESET ROLE;
SELECT * FROM analytics.sink_offsets('c', '{0}', 'third');
-- All partitions of a topic are begun anew by one call, which tells where they stood.
SET ROLE receipts_admin;
SELECT * FROM analytics.sink_restart('c');
RESET ROLE;
SELECT * FROM analytics.sink_offsets('c', '{0,1}', 'fourth');
ROLLBACK;
SET ROLE receipts_sink;
SELECT analytics.sink_restart('c');
RESET ROLE;
-- A transaction_id that came twice, differing in place, is found; one of them is withdrawn.
BEGIN;
SELECT * FROM analytics.repeated_transactions();
SELECT * FROM analytics.ingest('w', 0, 0, 3, '{0,1,2}', '{k,k,k}',
    ARRAY[pg_temp.message('W1', '2024-02-07T12:00:00Z', 'pw'), pg_temp.message('W1', '2024-02-07T12:00:00Z', 'px'), pg_temp.message('W2', '2024-02-07T12:00:00Z', 'px')],
    '{NULL,NULL,NULL}', '{NULL,NULL,NULL}');
SET ROLE receipts_admin;
SELECT transaction_id, occurred_at, place_id, total_amount, stored_at IS NOT NULL AS stored FROM analytics.repeated_transactions();
SELECT analytics.withdraw('W1', '2024-02-07T12:00:00Z', 'px'), analytics.withdraw('W1', '2024-02-07T12:00:00Z', 'px') AS again;
SELECT * FROM analytics.repeated_transactions();
RESET ROLE;
SELECT place_id, receipts.purchases(summary), receipts.total_amount(summary) FROM analytics.place_month WHERE place_id IN ('pw', 'px') ORDER BY 1;
SELECT count(*) AS differences FROM analytics.verify();
ROLLBACK;
-- A day that was found wrong is proved again, also when it is not among the random ones, and no longer shown when it is well.
SET timezone = 'UTC';
BEGIN;
DELETE FROM analytics.verification;
INSERT INTO analytics.verification (verified_at, from_at, to_at, differences)
VALUES (now(), '2023-01-01', '2023-01-02', 2), (now(), '2023-01-02', '2023-01-03', 3), (now(), '2023-01-02', '2023-01-03', 0);
SELECT value FROM api.metrics() WHERE name = 'receipts_rollup_differences';
SELECT * FROM analytics.open_differences();
SET ROLE receipts_upkeep;
SELECT analytics.verify_sample(0);
RESET ROLE;
SELECT from_at, differences FROM analytics.verification WHERE from_at < '2024-01-01' ORDER BY verification_id;
SELECT value FROM api.metrics() WHERE name = 'receipts_rollup_differences';
ROLLBACK;
