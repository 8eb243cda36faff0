-- Receipts as they arrived, deltas not yet rolled up, rollups.
CREATE SCHEMA analytics;
COMMENT ON SCHEMA analytics IS 'Receipts and what is known of them by place, category and time';

CREATE TABLE analytics.place (
    place_id text PRIMARY KEY,
    place_name text,
    timezone text NOT NULL DEFAULT 'UTC' CHECK (now() AT TIME ZONE timezone IS NOT NULL),
    day_start interval NOT NULL DEFAULT '00:00'
        CHECK (day_start >= '00:00' AND day_start < '24:00'),
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.place IS 'Places of which receipts have arrived; zone and day_start change only by analytics.set_place_calendar()';
COMMENT ON COLUMN analytics.place.place_id IS 'The place';
COMMENT ON COLUMN analytics.place.place_name IS 'Its name in the latest receipt that gave one';
COMMENT ON COLUMN analytics.place.timezone IS 'Zone of its days and months';
COMMENT ON COLUMN analytics.place.day_start IS 'When its business day begins, local time';
COMMENT ON COLUMN analytics.place.first_seen IS 'Time of its first purchase';
COMMENT ON COLUMN analytics.place.last_seen IS 'Time of its last purchase';

CREATE SEQUENCE analytics.batch_id_seq;
COMMENT ON SEQUENCE analytics.batch_id_seq IS 'Numbers the batches of the sink';

CREATE TABLE analytics.raw_receipt (
    transaction_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    place_id text NOT NULL,
    batch_id bigint NOT NULL,
    total_amount numeric NOT NULL,
    nds_amount numeric NOT NULL,
    tips_amount numeric NOT NULL,
    payment_method text NOT NULL,
    items receipts.receipt_item[] NOT NULL,
    PRIMARY KEY (transaction_id, occurred_at, place_id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX raw_receipt_place ON analytics.raw_receipt (place_id, occurred_at);
COMMENT ON TABLE analytics.raw_receipt IS 'Every receipt, once; a partition for each month of purchase. Analysts read the views receipt and receipt_item';
COMMENT ON COLUMN analytics.raw_receipt.transaction_id IS 'As the till gave it';
COMMENT ON COLUMN analytics.raw_receipt.occurred_at IS 'Time of purchase';
COMMENT ON COLUMN analytics.raw_receipt.place_id IS 'Place of purchase';
COMMENT ON COLUMN analytics.raw_receipt.batch_id IS 'The batch it came with; while analytics.pending_batch has it, the rollups do not';
COMMENT ON COLUMN analytics.raw_receipt.total_amount IS 'Amount paid, tips not included';
COMMENT ON COLUMN analytics.raw_receipt.nds_amount IS 'Tax inside the total';
COMMENT ON COLUMN analytics.raw_receipt.tips_amount IS 'Tips, outside the total';
COMMENT ON COLUMN analytics.raw_receipt.payment_method IS 'As the till gave it';
COMMENT ON COLUMN analytics.raw_receipt.items IS 'The lines';

CREATE TABLE analytics.batch (
    batch_id bigint PRIMARY KEY,
    topic text NOT NULL,
    "partition" int NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL,
    stored int NOT NULL,
    repeated int NOT NULL,
    dead int NOT NULL,
    stored_at timestamptz NOT NULL
);
COMMENT ON TABLE analytics.batch IS 'Each batch the sink stored, a transaction each';
COMMENT ON COLUMN analytics.batch.batch_id IS 'Its number';
COMMENT ON COLUMN analytics.batch.topic IS 'Kafka topic';
COMMENT ON COLUMN analytics.batch."partition" IS 'Kafka partition';
COMMENT ON COLUMN analytics.batch.first_offset IS 'The offset the partition stood at before it';
COMMENT ON COLUMN analytics.batch.next_offset IS 'The offset the partition stands at after it';
COMMENT ON COLUMN analytics.batch.stored IS 'Receipts that were new';
COMMENT ON COLUMN analytics.batch.repeated IS 'Receipts that had been stored before';
COMMENT ON COLUMN analytics.batch.dead IS 'Messages that went to analytics.dead_letter';
COMMENT ON COLUMN analytics.batch.stored_at IS 'When it was stored';

CREATE TABLE analytics.pending_batch (
    batch_id bigint PRIMARY KEY
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE analytics.pending_batch IS 'Batches that no rollup has taken up yet';
COMMENT ON COLUMN analytics.pending_batch.batch_id IS 'The batch';

CREATE TABLE analytics.pending (
    place_id text NOT NULL,
    starts_at timestamptz NOT NULL,
    batch_id bigint NOT NULL,
    summary receipts.receipt_summary NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
CREATE INDEX pending_place ON analytics.pending (place_id, starts_at);
COMMENT ON TABLE analytics.pending IS 'Deltas not yet rolled up: per batch, place and hour (cut where the place''s day begins inside the hour)';
COMMENT ON COLUMN analytics.pending.place_id IS 'The place';
COMMENT ON COLUMN analytics.pending.starts_at IS 'Begin of the hour, or of the local day where that is later';
COMMENT ON COLUMN analytics.pending.batch_id IS 'The batch';
COMMENT ON COLUMN analytics.pending.summary IS 'Its new receipts of that place and hour';

CREATE TABLE analytics.place_hour (
    place_id text NOT NULL,
    starts_at timestamptz NOT NULL,
    summary receipts.receipt_summary NOT NULL,
    PRIMARY KEY (place_id, starts_at)
) WITH (fillfactor = 80);
CREATE TABLE analytics.place_day (LIKE analytics.place_hour INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE analytics.place_month (LIKE analytics.place_hour INCLUDING ALL) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.place_hour IS 'Rollup by place and absolute hour; analysts read the view place_hourly';
COMMENT ON COLUMN analytics.place_hour.place_id IS 'The place';
COMMENT ON COLUMN analytics.place_hour.starts_at IS 'Begin of the hour';
COMMENT ON COLUMN analytics.place_hour.summary IS 'All receipts of that hour, without what is pending';
COMMENT ON TABLE analytics.place_day IS 'Rollup by place and local day; analysts read the view place_daily';
COMMENT ON COLUMN analytics.place_day.place_id IS 'The place';
COMMENT ON COLUMN analytics.place_day.starts_at IS 'The instant the place''s local day begins';
COMMENT ON COLUMN analytics.place_day.summary IS 'All receipts of that day, without what is pending';
COMMENT ON TABLE analytics.place_month IS 'Rollup by place and local month; analysts read the view place_monthly';
COMMENT ON COLUMN analytics.place_month.place_id IS 'The place';
COMMENT ON COLUMN analytics.place_month.starts_at IS 'The instant the place''s local month begins';
COMMENT ON COLUMN analytics.place_month.summary IS 'All receipts of that month, without what is pending';

CREATE TABLE analytics.rollup_run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_by text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('succeeded', 'failed')),
    batches bigint NOT NULL DEFAULT 0,
    deltas bigint NOT NULL DEFAULT 0,
    receipts bigint NOT NULL DEFAULT 0,
    buckets bigint NOT NULL DEFAULT 0,
    message text
);
CREATE INDEX rollup_run_succeeded ON analytics.rollup_run (started_at) WHERE status = 'succeeded';
COMMENT ON TABLE analytics.rollup_run IS 'Each run of the rollup';
COMMENT ON COLUMN analytics.rollup_run.run_id IS 'Its number';
COMMENT ON COLUMN analytics.rollup_run.started_by IS 'cron, api or sql';
COMMENT ON COLUMN analytics.rollup_run.started_at IS 'What had been committed before is in it';
COMMENT ON COLUMN analytics.rollup_run.finished_at IS 'When it was done';
COMMENT ON COLUMN analytics.rollup_run.status IS 'succeeded, or failed and nothing changed';
COMMENT ON COLUMN analytics.rollup_run.batches IS 'Batches of the sink it took up';
COMMENT ON COLUMN analytics.rollup_run.deltas IS 'Deltas it merged';
COMMENT ON COLUMN analytics.rollup_run.receipts IS 'Receipts in them';
COMMENT ON COLUMN analytics.rollup_run.buckets IS 'Hours, days and months it wrote';
COMMENT ON COLUMN analytics.rollup_run.message IS 'The error of a failed run';

CREATE TABLE analytics.kafka_offset (
    topic text NOT NULL,
    "partition" int NOT NULL,
    next_offset bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (topic, "partition")
) WITH (fillfactor = 10);
COMMENT ON TABLE analytics.kafka_offset IS 'How far each partition is stored; moves only in the transaction that stores';
COMMENT ON COLUMN analytics.kafka_offset.topic IS 'Kafka topic';
COMMENT ON COLUMN analytics.kafka_offset."partition" IS 'Kafka partition';
COMMENT ON COLUMN analytics.kafka_offset.next_offset IS 'The first offset not yet stored';
COMMENT ON COLUMN analytics.kafka_offset.updated_at IS 'When it moved last';

CREATE TABLE analytics.dead_letter (
    dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    "partition" int NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    value bytea,
    type text,
    traceparent text,
    code text NOT NULL,
    pointer text,
    message text NOT NULL,
    errors jsonb,
    arrived_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolution text CHECK (resolution IN ('stored', 'repeated', 'dismissed')),
    note text,
    CHECK ((resolved_at IS NULL) = (resolution IS NULL))
);
CREATE INDEX dead_letter_open ON analytics.dead_letter (dead_letter_id) WHERE resolved_at IS NULL;
CREATE INDEX dead_letter_offset ON analytics.dead_letter (topic, "partition", "offset");
COMMENT ON TABLE analytics.dead_letter IS 'Messages that could not be stored, with their bytes and the reason';
COMMENT ON COLUMN analytics.dead_letter.dead_letter_id IS 'Its number';
COMMENT ON COLUMN analytics.dead_letter.topic IS 'Kafka topic';
COMMENT ON COLUMN analytics.dead_letter."partition" IS 'Kafka partition';
COMMENT ON COLUMN analytics.dead_letter."offset" IS 'Kafka offset';
COMMENT ON COLUMN analytics.dead_letter.key IS 'Key of the message';
COMMENT ON COLUMN analytics.dead_letter.value IS 'Its exact bytes; NULL: it had none (a tombstone)';
COMMENT ON COLUMN analytics.dead_letter.type IS 'Its ce_type header';
COMMENT ON COLUMN analytics.dead_letter.traceparent IS 'Its traceparent header';
COMMENT ON COLUMN analytics.dead_letter.code IS 'The first problem''s code; a receipt problem''s, tombstone, or the SQLSTATE with which the database refused it';
COMMENT ON COLUMN analytics.dead_letter.pointer IS 'The first problem''s JSON Pointer';
COMMENT ON COLUMN analytics.dead_letter.message IS 'The first problem in words';
COMMENT ON COLUMN analytics.dead_letter.errors IS 'All problems: array of {pointer, code, message}';
COMMENT ON COLUMN analytics.dead_letter.arrived_at IS 'When it was put here';
COMMENT ON COLUMN analytics.dead_letter.resolved_at IS 'When it was stored after all, or dismissed; NULL: open';
COMMENT ON COLUMN analytics.dead_letter.resolution IS 'stored; repeated: the receipt had been stored before; dismissed (see note)';
COMMENT ON COLUMN analytics.dead_letter.note IS 'Why it was dismissed, and by whom';

CREATE TABLE analytics.verification (
    verification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    verified_at timestamptz NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    differences bigint NOT NULL,
    sample jsonb
);
COMMENT ON TABLE analytics.verification IS 'What the nightly proof of the rollups found';
COMMENT ON COLUMN analytics.verification.verification_id IS 'Its number';
COMMENT ON COLUMN analytics.verification.verified_at IS 'When it ran';
COMMENT ON COLUMN analytics.verification.from_at IS 'Begin of the days it recounted';
COMMENT ON COLUMN analytics.verification.to_at IS 'End of the days it recounted';
COMMENT ON COLUMN analytics.verification.differences IS 'Buckets that differed from the recount; 0 when all is well';
COMMENT ON COLUMN analytics.verification.sample IS 'The first few of them';

CREATE TABLE analytics.reassignment (
    transaction_id text PRIMARY KEY,
    place_id text NOT NULL,
    reassigned_at timestamptz NOT NULL,
    reassigned_by text NOT NULL
);
COMMENT ON TABLE analytics.reassignment IS 'Receipts whose place an admin has changed; also holds for a message that comes again';
COMMENT ON COLUMN analytics.reassignment.transaction_id IS 'The receipt';
COMMENT ON COLUMN analytics.reassignment.place_id IS 'Where it counts now';
COMMENT ON COLUMN analytics.reassignment.reassigned_at IS 'When it was changed';
COMMENT ON COLUMN analytics.reassignment.reassigned_by IS 'The database role that did it';

CREATE TABLE analytics.retention (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    raw_from timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO analytics.retention DEFAULT VALUES;
COMMENT ON TABLE analytics.retention IS 'From when on raw receipts are complete; older ones have been dropped, their rollups stay';
COMMENT ON COLUMN analytics.retention.only_row IS 'There is one';
COMMENT ON COLUMN analytics.retention.raw_from IS 'Purchases before are known by the hour only';

-- A year back, four months ahead; older purchases go to the default partition.
SELECT partman.create_parent('analytics.raw_receipt', 'occurred_at', 'native', 'monthly', p_premake => 4,
                             p_start_partition => to_char(now() - interval '1 year', 'YYYY-MM-01')) \g /dev/null
UPDATE partman.part_config SET infinite_time_partitions = true, retention_keep_table = false
 WHERE parent_table = 'analytics.raw_receipt';
