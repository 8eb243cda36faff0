-- Trace context: a row for each receipt that came with one, which follows it.
\set VERBOSITY terse
\pset null -
CREATE FUNCTION pg_temp.message(id text, place text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id":"%s","timestamp":"2024-02-07T12:00:00Z","place_id":"%s","items":[{"product_id":"1","quantity":1,"price":1,"category":"a"}],"total_amount":1.00,"nds_amount":0.00,"payment_method":"card"}', id, place), 'UTF8') $$;
CREATE FUNCTION pg_temp.ingest(first bigint, messages bytea[], traces text[])
RETURNS TABLE (stored int, repeated int, dead int) LANGUAGE sql AS $$
    SELECT * FROM analytics.ingest('traced', 0, first, first + cardinality(messages),
        (SELECT array_agg(first + n - 1) FROM generate_series(1, cardinality(messages)) n),
        array_fill('k'::bytea, ARRAY[cardinality(messages)]), messages,
        array_fill('pg_receipts.receipt.v1'::text, ARRAY[cardinality(messages)]), traces) $$;
SELECT * FROM pg_temp.ingest(0, ARRAY[pg_temp.message('TC1', 'traced'), pg_temp.message('TC2', 'traced'), pg_temp.message('TC3', 'traced')],
    ARRAY['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', NULL, 'nonsense']);
-- The same message again leaves it as it is, whatever its trace.
SELECT * FROM pg_temp.ingest(3, ARRAY[pg_temp.message('TC1', 'traced'), pg_temp.message('TC2', 'traced')],
    array_fill('00-11111111111111111111111111111111-00f067aa0ba902b7-00'::text, ARRAY[2]));
SELECT * FROM analytics.receipt_trace WHERE transaction_id LIKE 'TC_';
-- It goes with its receipt to another place.
SELECT analytics.reassign_place('{TC1,TC2}', 'traced elsewhere');
SELECT transaction_id, place_id FROM analytics.receipt_trace WHERE transaction_id LIKE 'TC_';
