-- The sink's side: offsets, receipts once, deltas, places, dead letters.
\set VERBOSITY terse
\pset null -
CREATE FUNCTION pg_temp.message(id text, at text, place text, total text DEFAULT '27.47', name text DEFAULT NULL)
RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id":"%s","timestamp":"%s","place_id":"%s",%s"items":[{"product_id":"1","quantity":2,"price":10.99,"category":"a"},{"product_id":"2","quantity":1,"price":5.49,"category":"b"}],"total_amount":%s,"nds_amount":2.47,"tips_amount":1.00,"payment_method":"card"}',
        id, at, place, CASE WHEN name IS NOT NULL THEN format('"place_name":"%s",', name) ELSE '' END, total), 'UTF8') $$;
CREATE FUNCTION pg_temp.ingest(part int, first bigint, VARIADIC messages bytea[])
RETURNS TABLE (stored int, repeated int, dead int) LANGUAGE sql AS $$
    SELECT * FROM analytics.ingest('t', part, first, first + cardinality(messages),
        (SELECT array_agg(first + n - 1) FROM generate_series(1, cardinality(messages)) n),
        array_fill('k'::bytea, ARRAY[cardinality(messages)]), messages,
        array_fill('pg_receipts.receipt.v1'::text, ARRAY[cardinality(messages)]),
        array_fill(NULL::text, ARRAY[cardinality(messages)])) $$;
SELECT * FROM analytics.sink_offsets('t', '{0,1}');
-- New ones, one twice in the batch, one again in the next.
SELECT * FROM pg_temp.ingest(0, 0, pg_temp.message('I1', '2024-02-07T12:34:56Z', 'p1', name => 'One'), pg_temp.message('I2', '2024-02-07T12:50:00Z', 'p1'), pg_temp.message('I1', '2024-02-07T12:34:56Z', 'p1', name => 'One'));
SELECT * FROM pg_temp.ingest(0, 3, pg_temp.message('I2', '2024-02-07T12:50:00Z', 'p1'), pg_temp.message('I3', '2024-02-07T13:00:00Z', 'p2', name => 'Two'));
-- The same messages by another partition, and once more by a stale sink: fenced.
SELECT * FROM pg_temp.ingest(1, 0, pg_temp.message('I1', '2024-02-07T12:34:56Z', 'p1', name => 'One'));
SELECT * FROM pg_temp.ingest(0, 3, pg_temp.message('I4', '2024-02-07T13:00:00Z', 'p2'));
SELECT * FROM pg_temp.ingest(0, 0, pg_temp.message('I4', '2024-02-07T13:00:00Z', 'p2'));
SELECT * FROM pg_temp.ingest(0, 9, pg_temp.message('I4', '2024-02-07T13:00:00Z', 'p2'));
SELECT * FROM analytics.sink_offsets('t', '{0,1,2}') ORDER BY 1;
-- What cannot be read is kept, the rest of its batch is stored.
SELECT * FROM pg_temp.ingest(1, 1, 'garbage', pg_temp.message('I5', '2024-03-07T12:34:56Z', 'p2', name => 'Two again'), NULL, '\xff', '{"transaction_id":"I6"}');
SELECT "partition", "offset", key, value, type, code, pointer, jsonb_array_length(errors) AS errors FROM analytics.dead_letter ORDER BY 1, 2;
SELECT analytics.ingest_dead('t', 1, 6, 7, 6, 'k', 'v', NULL, NULL, '22P02', 'the database said no');
SELECT analytics.ingest_dead('t', 1, 6, 7, 6, 'k', 'v', NULL, NULL, '22P02', 'the database said no');
SELECT "offset", code, message FROM analytics.dead_letter WHERE "offset" = 6;
SELECT transaction_id, place_id, total_amount, nds_amount, tips_amount, payment_method, items FROM analytics.raw_receipt ORDER BY 1;
SELECT place_id, place_name, first_seen, last_seen FROM analytics.place ORDER BY 1;
-- Deltas: a row for each batch, place and hour; batches with nothing new have none.
SELECT place_id, starts_at, receipts.purchases(summary), receipts.total_amount(summary) FROM analytics.pending ORDER BY 1, 2, batch_id;
SELECT "partition", first_offset, next_offset, stored, repeated, dead, q.batch_id IS NOT NULL AS pending FROM analytics.batch LEFT JOIN analytics.pending_batch q USING (batch_id) ORDER BY 1, 2;
-- An older receipt does not rename the place.
SELECT * FROM pg_temp.ingest(2, 0, pg_temp.message('I7', '2020-01-01T00:00:00Z', 'p2', name => 'Old'));
SELECT place_name, first_seen FROM analytics.place WHERE place_id = 'p2';
-- The offset and the rest are one transaction.
BEGIN;
SELECT * FROM pg_temp.ingest(2, 1, pg_temp.message('I8', '2020-01-01T00:00:00Z', 'p2'));
ROLLBACK;
SELECT * FROM analytics.sink_offsets('t', '{2}');
SELECT count(*) FROM analytics.raw_receipt WHERE transaction_id = 'I8';
-- The sink can do its job and nothing else.
SET ROLE receipts_sink;
SELECT count(*) FROM analytics.sink_offsets('t', '{2}');
SELECT * FROM analytics.kafka_offset;
SELECT analytics.sink_reset_offset('t', 2, 0);
SELECT analytics.rollup();
RESET ROLE;
SET ROLE receipts_admin;
SELECT analytics.sink_reset_offset('t', 2, 0);
RESET ROLE;
SELECT * FROM analytics.sink_offsets('t', '{2}');
