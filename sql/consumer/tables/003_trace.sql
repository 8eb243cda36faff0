-- The trace context of the receipts that came with one.
CREATE TABLE analytics.trace (
    transaction_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    place_id text NOT NULL,
    trace_id uuid NOT NULL,
    sampled boolean NOT NULL,
    span_id bytea NOT NULL CHECK (octet_length(span_id) = 8),
    PRIMARY KEY (transaction_id, occurred_at, place_id)
);
CREATE INDEX trace_id ON analytics.trace (trace_id);
COMMENT ON TABLE analytics.trace IS 'W3C trace context of receipts whose request had one; beside the receipts, so that the others pay nothing for it';
COMMENT ON COLUMN analytics.trace.transaction_id IS 'As the till gave it';
COMMENT ON COLUMN analytics.trace.occurred_at IS 'Time of purchase';
COMMENT ON COLUMN analytics.trace.place_id IS 'Place of purchase';
COMMENT ON COLUMN analytics.trace.trace_id IS 'The client''s trace';
COMMENT ON COLUMN analytics.trace.sampled IS 'Whether the client records the trace';
COMMENT ON COLUMN analytics.trace.span_id IS 'The span of the request at the producer, a child of the client''s';
COMMENT ON INDEX analytics.trace_pkey IS 'The trace of a receipt';
COMMENT ON INDEX analytics.trace_id IS 'Finds the receipts of a trace';
