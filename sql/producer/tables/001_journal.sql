-- The journal of every receipt ever received, and the outbox towards Kafka.
CREATE SCHEMA journal;
COMMENT ON SCHEMA journal IS 'Every receipt ever received, what became of it, and the outbox towards Kafka';

CREATE SEQUENCE journal.receipt_id_seq;
COMMENT ON SEQUENCE journal.receipt_id_seq IS 'Numbers the receipts in the order of arrival, about';

CREATE TABLE journal.receipt (
    receipt_id bigint NOT NULL DEFAULT nextval('journal.receipt_id_seq'),
    received_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'rejected', 'duplicate', 'conflict')),
    token_id bigint NOT NULL,
    address inet,
    request_id text,
    transaction_id text,
    place_id text,
    zone text,
    resubmitted_id bigint,
    body bytea NOT NULL,
    errors jsonb,
    warnings jsonb,
    PRIMARY KEY (receipt_id, received_at)
) PARTITION BY RANGE (received_at);
COMMENT ON TABLE journal.receipt IS 'Every receipt ever received from a holder of a token, also a refused one; append-only, a partition a month';
COMMENT ON COLUMN journal.receipt.receipt_id IS 'Its number in the journal';
COMMENT ON COLUMN journal.receipt.received_at IS 'When it was received';
COMMENT ON COLUMN journal.receipt.outcome IS 'accepted; rejected (see errors); duplicate: the same as one accepted before; conflict: the transaction_id of one accepted before, other content';
COMMENT ON COLUMN journal.receipt.token_id IS 'Who sent it: auth.token';
COMMENT ON COLUMN journal.receipt.address IS 'From where it was sent';
COMMENT ON COLUMN journal.receipt.request_id IS 'X-Request-Id of the request';
COMMENT ON COLUMN journal.receipt.transaction_id IS 'As far as it could be read';
COMMENT ON COLUMN journal.receipt.place_id IS 'The receipt''s place, else its token''s, else unassigned; as far as it could be read';
COMMENT ON COLUMN journal.receipt.zone IS 'The zone by which a timestamp without an offset was read; NULL: it had one';
COMMENT ON COLUMN journal.receipt.resubmitted_id IS 'The refused journal row that was judged again by this one; NULL: it came from outside';
COMMENT ON COLUMN journal.receipt.body IS 'The exact bytes';
COMMENT ON COLUMN journal.receipt.errors IS 'Why it was rejected: array of {pointer, code, message}';
COMMENT ON COLUMN journal.receipt.warnings IS 'What is odd about it: array of {pointer, code, message}';

-- Accepted receipts are found through journal.accepted; only the others need these.
CREATE INDEX receipt_refused_transaction ON journal.receipt (transaction_id) WHERE outcome <> 'accepted';
CREATE INDEX receipt_refused_outcome ON journal.receipt (outcome, receipt_id) WHERE outcome <> 'accepted';
CREATE INDEX receipt_received_at ON journal.receipt USING brin (received_at);

CREATE TABLE journal.accepted (
    transaction_id text PRIMARY KEY,
    receipt_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    digest bytea NOT NULL
);
COMMENT ON TABLE journal.accepted IS 'One row for each transaction_id ever accepted: what makes a second one a duplicate or a conflict';
COMMENT ON COLUMN journal.accepted.transaction_id IS 'Unique over all places and all time';
COMMENT ON COLUMN journal.accepted.receipt_id IS 'The journal row that was accepted';
COMMENT ON COLUMN journal.accepted.received_at IS 'Of that row; finds its partition';
COMMENT ON COLUMN journal.accepted.digest IS 'SHA-256 of the canonical JSON: the same receipt has the same';

CREATE TABLE journal.outbox (
    receipt_id bigint PRIMARY KEY,
    received_at timestamptz NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    traceparent text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE journal.outbox IS 'Accepted receipts that Kafka has not acknowledged yet';
COMMENT ON COLUMN journal.outbox.receipt_id IS 'The journal row';
COMMENT ON COLUMN journal.outbox.received_at IS 'Of that row; the oldest one''s age is the delay';
COMMENT ON COLUMN journal.outbox.key IS 'Key of the Kafka record: place_id, or transaction_id for an unassigned place';
COMMENT ON COLUMN journal.outbox.value IS 'Value of the Kafka record: the receipt in canonical JSON';
COMMENT ON COLUMN journal.outbox.traceparent IS 'W3C trace context of the request, if it had one';

CREATE TABLE journal.publication (
    publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    published_at timestamptz NOT NULL,
    topic text NOT NULL,
    "partition" int NOT NULL,
    receipt_ids bigint[] NOT NULL,
    offsets bigint[] NOT NULL,
    span int8range NOT NULL,
    CHECK (cardinality(receipt_ids) = cardinality(offsets))
);
CREATE INDEX publication_span ON journal.publication USING gist (span);
COMMENT ON TABLE journal.publication IS 'What Kafka has acknowledged: a row for each batch and partition, so that it costs next to nothing per receipt';
COMMENT ON COLUMN journal.publication.publication_id IS 'Its number';
COMMENT ON COLUMN journal.publication.published_at IS 'When the acknowledgement was recorded';
COMMENT ON COLUMN journal.publication.topic IS 'Kafka topic';
COMMENT ON COLUMN journal.publication."partition" IS 'Kafka partition';
COMMENT ON COLUMN journal.publication.receipt_ids IS 'Journal rows of the batch';
COMMENT ON COLUMN journal.publication.offsets IS 'Their offsets in the partition, in the same order';
COMMENT ON COLUMN journal.publication.span IS 'From the least to the greatest receipt_id; finds the batches of one receipt';

CREATE TABLE journal.place (
    place_id text PRIMARY KEY,
    place_name text,
    timezone text CHECK (timezone IS NULL OR now() AT TIME ZONE timezone IS NOT NULL)
);
COMMENT ON TABLE journal.place IS 'What a DBA knows of places beforehand; a place needs no row here';
COMMENT ON COLUMN journal.place.place_id IS 'The place';
COMMENT ON COLUMN journal.place.place_name IS 'Its name, for receipts that get their place from the token';
COMMENT ON COLUMN journal.place.timezone IS 'Zone of timestamps without an offset; NULL: pg_receipts.default_timezone';

CREATE TABLE journal.relay_lease (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch bigint NOT NULL DEFAULT 0,
    holder text,
    expires_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 10);
INSERT INTO journal.relay_lease DEFAULT VALUES;
COMMENT ON TABLE journal.relay_lease IS 'Which relay may publish: a lease, its epoch the fencing token';
COMMENT ON COLUMN journal.relay_lease.only_row IS 'There is one lease';
COMMENT ON COLUMN journal.relay_lease.epoch IS 'Grows with each new holder; a call with an older one is refused';
COMMENT ON COLUMN journal.relay_lease.holder IS 'Who has it';
COMMENT ON COLUMN journal.relay_lease.expires_at IS 'Until when, unless renewed';

-- A month a partition; rows of no partition (none, in practice) go to the default one.
SELECT partman.create_parent('journal.receipt', 'received_at', 'native', 'monthly', p_premake => 3) \g /dev/null
UPDATE partman.part_config SET infinite_time_partitions = true WHERE parent_table = 'journal.receipt';
