-- Trace context: kept for receipts that came with one, sent on by the relay.
\set VERBOSITY terse
\pset null -
TRUNCATE journal.outbox;
SELECT api.is_traceparent(t) AS good, t FROM unnest(ARRAY[
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
    '01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01', '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x', '', NULL]) t;
-- There and back again.
SELECT t, api.traceparent(p.trace_id, p.span_id, p.sampled) AS again
  FROM unnest(ARRAY['00-4bf92f3577b34da6a3ce929d0e0e4736-80f067aa0ba902b7-01',
                    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00', 'none']) t, api.read_traceparent(t) p;
SELECT auth.adopt_token('till', 'submitter', sha256('till')) > 0 AS till;
CREATE FUNCTION pg_temp.body(id text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id": "%s", "timestamp": "2024-02-07T12:00:00Z", "place_id": "p", "items": [{"product_id": "1", "quantity": 1, "price": 1, "category": "a"}], "total_amount": 1, "nds_amount": 0, "payment_method": "card"}', id), 'UTF8') $$;
-- One with, one without, one malformed, one refused, one of nobody.
SELECT s.ordinal, s.status FROM api.submit(
    array_fill(sha256('till'), ARRAY[4]) || sha256('nobody'),
    ARRAY[pg_temp.body('TR1'), pg_temp.body('TR2'), pg_temp.body('TR3'), '{"transaction_id": "TR4"}', pg_temp.body('TR5')],
    array_fill('10.0.0.1'::inet, ARRAY[5]), array_fill('req'::text, ARRAY[5]),
    ARRAY['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', NULL, 'nonsense',
          '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-00', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b9-00']) s;
SELECT r.transaction_id, t.trace_id, t.span_id, t.sampled
  FROM journal.trace t JOIN journal.receipt r USING (receipt_id) WHERE r.transaction_id LIKE 'TR_' ORDER BY 1;
UPDATE journal.relay_lease SET expires_at = '-infinity';
SET ROLE receipts_relay;
SELECT journal.relay_acquire('tracer', '1 minute') AS epoch \gset
SELECT value::jsonb ->> 'transaction_id' AS id, traceparent FROM journal.outbox_fetch(:epoch, 0, 9);
SELECT * FROM journal.trace;
RESET ROLE;
SELECT journal.relay_release(:epoch);
