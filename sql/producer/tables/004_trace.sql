-- The trace context of the receipts that came with one.
CREATE TABLE journal.trace (
    receipt_id bigint PRIMARY KEY,
    trace_id uuid NOT NULL,
    sampled boolean NOT NULL,
    span_id bytea NOT NULL CHECK (octet_length(span_id) = 8)
);
CREATE INDEX trace_id ON journal.trace (trace_id);
COMMENT ON TABLE journal.trace IS 'W3C trace context of receipts whose request had one; beside the journal, so that the others pay nothing for it';
COMMENT ON COLUMN journal.trace.receipt_id IS 'The journal row';
COMMENT ON COLUMN journal.trace.trace_id IS 'The client''s trace';
COMMENT ON COLUMN journal.trace.sampled IS 'Whether the client records the trace';
COMMENT ON COLUMN journal.trace.span_id IS 'The span of the request here, a child of the client''s; parent of what comes after';
COMMENT ON INDEX journal.trace_id IS 'Finds the receipts of a trace';

-- The relay reads it from there, also when a receipt is published again.
ALTER TABLE journal.outbox DROP COLUMN traceparent;
DROP FUNCTION IF EXISTS api.submit(bytea[], bytea[], inet[], text[]);
DROP FUNCTION IF EXISTS journal.take(bytea[], bytea[], inet[], text[], journal.original[]);
DROP FUNCTION IF EXISTS api.submit_batch(bytea, bytea[], inet, text, int);
COMMENT ON INDEX journal.trace_pkey IS 'The trace of a receipt';
