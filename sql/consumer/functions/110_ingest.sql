-- The sink's side: offsets and batches, in one transaction.
CREATE OR REPLACE FUNCTION analytics.sink_offsets(topic text, partitions int[], cluster_id text DEFAULT NULL)
RETURNS TABLE ("partition" int, next_offset bigint, known_cluster text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The first Kafka seen is the one that the offsets count in; without offsets any may become it.
    INSERT INTO analytics.kafka_cluster AS c (topic, cluster_id, noted_at)
    SELECT sink_offsets.topic, sink_offsets.cluster_id, clock_timestamp()
     WHERE sink_offsets.cluster_id IS NOT NULL
    ON CONFLICT ON CONSTRAINT kafka_cluster_pkey DO UPDATE
       SET cluster_id = EXCLUDED.cluster_id, noted_at = EXCLUDED.noted_at
     WHERE c.cluster_id <> EXCLUDED.cluster_id
       AND NOT EXISTS (SELECT FROM analytics.kafka_offset k WHERE k.topic = c.topic);
    RETURN QUERY
    SELECT p, k.next_offset, c.cluster_id
      FROM unnest(partitions) p
      LEFT JOIN analytics.kafka_offset k ON k.topic = sink_offsets.topic AND k.partition = p
      LEFT JOIN analytics.kafka_cluster c ON c.topic = sink_offsets.topic;
END
$$;
COMMENT ON FUNCTION analytics.sink_offsets(text, int[], text) IS
    'Where each partition goes on (NULL: never read, begin at its begin), and the cluster id of the Kafka in which these offsets count: a sink that reads another must not go on';

CREATE OR REPLACE FUNCTION analytics.move_offset(topic text, "partition" int, expected_offset bigint, next_offset bigint)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moved boolean;
BEGIN
    UPDATE analytics.kafka_offset k
       SET next_offset = move_offset.next_offset, updated_at = clock_timestamp()
     WHERE k.topic = move_offset.topic AND k.partition = move_offset.partition AND k.next_offset = expected_offset;
    moved := FOUND;
    IF NOT moved AND expected_offset = 0 THEN
        INSERT INTO analytics.kafka_offset (topic, partition, next_offset, updated_at)
        VALUES (topic, partition, next_offset, clock_timestamp())
        ON CONFLICT DO NOTHING;
        moved := FOUND;
    END IF;
    IF NOT moved THEN
        RAISE EXCEPTION 'sink is fenced: partition % of topic "%" does not stand at offset %',
                        partition, topic, expected_offset
            USING ERRCODE = 'PR002', HINT = 'Another sink has stored these messages; read the offset again.';
    END IF;
END
$$;
COMMENT ON FUNCTION analytics.move_offset(text, int, bigint, bigint) IS
    'Moves a partition''s offset if it stands where the caller expects it; else PR002, so that a stale sink stores nothing';

CREATE OR REPLACE FUNCTION analytics.messages(
    offsets bigint[], keys bytea[], "values" bytea[], types text[], traces text[])
RETURNS TABLE (at_offset bigint, key bytea, value bytea, type text, trace text)
LANGUAGE plpgsql IMMUTABLE ROWS 1000 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM unnest(offsets, keys, "values", types, traces);
END
$$;
COMMENT ON FUNCTION analytics.messages(bigint[], bytea[], bytea[], text[], text[]) IS
    'The messages of a batch as rows; tells the planner that they are many, which unnest does not';

CREATE OR REPLACE FUNCTION analytics.knows_type(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$ SELECT type IS NULL OR type = 'pg_receipts.receipt.v1' $$;
COMMENT ON FUNCTION analytics.knows_type(text) IS
    'Whether messages with this ce_type are read here; without one they are taken for receipts of version 1 (no SET, so that it is inlined)';

CREATE OR REPLACE FUNCTION analytics.message_errors(value bytea, type text, errors jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN value IS NULL
        THEN '[{"pointer": "", "code": "tombstone", "message": "The message has no value."}]'
        WHEN NOT analytics.knows_type(type)
        THEN jsonb_build_array(jsonb_build_object('pointer', '', 'code', 'unknown_type',
                 'message', format('The message is of type "%s", which this version does not read.', type)))
        ELSE errors END
$$;
COMMENT ON FUNCTION analytics.message_errors(bytea, text, jsonb) IS
    'Why a message cannot be stored: it has no value, its type is not known, or the errors of its receipt; NULL when it can';

CREATE OR REPLACE FUNCTION analytics.store(
    batch_id bigint, offsets bigint[], keys bytea[], "values" bytea[], types text[], traces text[],
    topic text, "partition" int, OUT stored int, OUT repeated int, OUT dead int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
-- PL/pgSQL for its plan, which is made once a session.
WITH message AS MATERIALIZED (
    -- A column rather than a condition: the planner takes "errors IS NULL" for rare.
    SELECT m.at_offset, m.key, m.value, m.type, m.trace, p.*,
           m.value IS NOT NULL AND analytics.knows_type(m.type) AND p.errors IS NULL AS is_good
      FROM analytics.messages(offsets, keys, "values", types, traces) m
      LEFT JOIN LATERAL receipts.receipt_parse(
               CASE WHEN analytics.knows_type(m.type) THEN m.value END) p ON true
), good AS MATERIALIZED (
    SELECT DISTINCT ON (m.transaction_id, m.occurred_at, place_id)
           m.transaction_id, m.occurred_at, coalesce(r.place_id, m.place_id) AS place_id,
           CASE WHEN r.place_id IS NULL THEN m.place_name END AS place_name,
           m.total_amount, m.nds_amount, m.tips_amount, m.payment_method, m.items, m.summary, m.trace
      FROM message m
      LEFT JOIN analytics.reassignment r USING (transaction_id)
     WHERE m.is_good
     ORDER BY m.transaction_id, m.occurred_at, place_id
), inserted AS (
    -- In the order of the ids, so that two batches never wait for each other in a circle.
    INSERT INTO analytics.raw_receipt (transaction_id, occurred_at, place_id, batch_id, total_amount, nds_amount,
                                       tips_amount, payment_method, items)
    SELECT g.transaction_id, g.occurred_at, g.place_id, store.batch_id, g.total_amount, g.nds_amount,
           g.tips_amount, g.payment_method, g.items
      FROM good g
    ON CONFLICT DO NOTHING
    RETURNING transaction_id, occurred_at, place_id
), fresh AS MATERIALIZED (
    SELECT g.place_id, g.place_name, g.occurred_at, g.summary
      FROM good g
      JOIN inserted i USING (transaction_id, occurred_at, place_id)
), traced AS (
    INSERT INTO analytics.trace (transaction_id, occurred_at, place_id, trace_id, span_id, sampled)
    SELECT g.transaction_id, g.occurred_at, g.place_id, t.trace_id, t.span_id, t.sampled
      FROM good g
      JOIN inserted i USING (transaction_id, occurred_at, place_id)
     CROSS JOIN LATERAL api.read_traceparent(g.trace) t
     WHERE g.trace IS NOT NULL AND t.trace_id IS NOT NULL
), added AS (
    INSERT INTO analytics.pending (place_id, starts_at, batch_id, summary)
    SELECT f.place_id, b.starts_at, store.batch_id, receipts.merge(f.summary)
      FROM fresh f
      LEFT JOIN analytics.place p USING (place_id)
     CROSS JOIN LATERAL (SELECT CASE
                -- The usual calendar here, the others by a call each.
                WHEN coalesce(p.timezone = 'UTC' AND p.day_start = '00:00', true)
                THEN date_trunc('hour', f.occurred_at, 'UTC')
                ELSE analytics.bucket_start(f.occurred_at, p.timezone, p.day_start) END) AS b (starts_at)
     GROUP BY f.place_id, b.starts_at
), seen AS (
    INSERT INTO analytics.place AS p (place_id, place_name, first_seen, last_seen)
    SELECT f.place_id, (array_agg(f.place_name ORDER BY f.occurred_at DESC) FILTER (WHERE f.place_name IS NOT NULL))[1],
           min(f.occurred_at), max(f.occurred_at)
      FROM fresh f
     GROUP BY f.place_id
     ORDER BY f.place_id
    ON CONFLICT (place_id) DO UPDATE
       SET place_name = CASE WHEN EXCLUDED.last_seen >= p.last_seen OR p.place_name IS NULL
                             THEN coalesce(EXCLUDED.place_name, p.place_name) ELSE p.place_name END,
           first_seen = least(p.first_seen, EXCLUDED.first_seen),
           last_seen = greatest(p.last_seen, EXCLUDED.last_seen)
     WHERE EXCLUDED.first_seen < p.first_seen OR EXCLUDED.last_seen > p.last_seen OR p.place_name IS NULL
), buried AS (
    INSERT INTO analytics.dead_letter (topic, partition, "offset", key, value, type, traceparent,
                                       code, pointer, message, errors, arrived_at)
    SELECT topic, partition, m.at_offset, m.key, m.value, m.type, m.trace,
           e.errors -> 0 ->> 'code', e.errors -> 0 ->> 'pointer', e.errors -> 0 ->> 'message', e.errors, clock_timestamp()
      FROM message m
     CROSS JOIN LATERAL analytics.message_errors(m.value, m.type, m.errors) AS e (errors)
     WHERE NOT m.is_good
    RETURNING 1
)
SELECT f.n, m.n - f.n - d.n, d.n INTO stored, repeated, dead
  FROM (SELECT count(*)::int FROM fresh) AS f (n),
       (SELECT count(*)::int FROM message) AS m (n),
       (SELECT count(*)::int FROM buried) AS d (n);
END
$$;
COMMENT ON FUNCTION analytics.store(bigint, bigint[], bytea[], bytea[], text[], text[], text, int) IS
    'Ingest''s one statement: receipts that are new, their deltas and places, and dead letters';

CREATE OR REPLACE FUNCTION analytics.record_batch(
    batch_id bigint, topic text, "partition" int, first_offset bigint, next_offset bigint, stored int, repeated int, dead int)
RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO analytics.batch VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp());
    INSERT INTO analytics.pending_batch SELECT $1 WHERE $6 > 0;
$$;
COMMENT ON FUNCTION analytics.record_batch(bigint, text, int, bigint, bigint, int, int, int) IS
    'Records a stored batch, and that no rollup has it yet';

CREATE OR REPLACE FUNCTION analytics.ingest(
    topic text, "partition" int, expected_offset bigint, next_offset bigint, offsets bigint[],
    keys bytea[], "values" bytea[], types text[], traces text[])
RETURNS TABLE (stored int, repeated int, dead int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    batch bigint := nextval('analytics.batch_id_seq');
BEGIN
    PERFORM analytics.move_offset(topic, partition, expected_offset, next_offset);
    -- A place's calendar must not change between cutting the deltas and committing them.
    PERFORM pg_advisory_xact_lock_shared(analytics.calendar_lock());
    SELECT s.* INTO stored, repeated, dead
      FROM analytics.store(batch, offsets, keys, "values", types, traces, topic, partition) s;
    PERFORM analytics.record_batch(batch, topic, partition, expected_offset, next_offset, stored, repeated, dead);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION analytics.ingest(text, int, bigint, bigint, bigint[], bytea[], bytea[], text[], text[]) IS
    'Stores a batch of one partition and moves its offset, all or nothing: receipts once, deltas, places, dead letters; PR002 when the offset is not the expected one';

CREATE OR REPLACE FUNCTION analytics.calendar_lock() RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 7302432::bigint $$;
COMMENT ON FUNCTION analytics.calendar_lock() IS 'Advisory lock: shared while deltas are cut, exclusive while a place''s calendar changes';

CREATE OR REPLACE FUNCTION analytics.ingest_dead(
    topic text, "partition" int, expected_offset bigint, next_offset bigint, "offset" bigint,
    key bytea, value bytea, type text, trace text, code text, message text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM analytics.move_offset(topic, partition, expected_offset, next_offset);
    INSERT INTO analytics.dead_letter (topic, partition, "offset", key, value, type, traceparent, code, message, arrived_at)
    VALUES (topic, partition, "offset", key, value, type, trace, code, message, clock_timestamp());
    PERFORM analytics.record_batch(nextval('analytics.batch_id_seq'), topic, partition, expected_offset, next_offset, 0, 0, 1);
END
$$;
COMMENT ON FUNCTION analytics.ingest_dead(text, int, bigint, bigint, bigint, bytea, bytea, text, text, text, text) IS
    'Puts one message aside that the database itself refused, and moves the offset past it; PR002 as ingest';

CREATE OR REPLACE FUNCTION analytics.sink_reset_offset(topic text, "partition" int, next_offset bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO analytics.kafka_offset AS k (topic, partition, next_offset, updated_at)
    VALUES (topic, partition, next_offset, clock_timestamp())
    ON CONFLICT ON CONSTRAINT kafka_offset_pkey DO UPDATE
       SET next_offset = EXCLUDED.next_offset, updated_at = EXCLUDED.updated_at
$$;
COMMENT ON FUNCTION analytics.sink_reset_offset(text, int, bigint) IS
    'For a DBA: the sink goes on from this offset of one partition; receipts that come again count once, what lies between is not stored';

CREATE OR REPLACE FUNCTION analytics.sink_restart(topic text)
RETURNS TABLE ("partition" int, next_offset bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM analytics.kafka_offset k WHERE k.topic = sink_restart.topic RETURNING k.partition, k.next_offset
$$;
COMMENT ON FUNCTION analytics.sink_restart(text) IS
    'For a DBA, after a topic was lost or made anew: forgets the offsets of all its partitions and their Kafka, so that the sink begins at the begin of each; returns what was forgotten. What had been sent and not stored must be sent again: journal.republish(from) in the producer''s database';

CREATE OR REPLACE FUNCTION analytics.sink_accept_cluster(topic text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (DELETE FROM analytics.kafka_cluster c WHERE c.topic = sink_accept_cluster.topic RETURNING 1)
    SELECT EXISTS (SELECT FROM gone)
$$;
COMMENT ON FUNCTION analytics.sink_accept_cluster(text) IS
    'For a DBA, when a topic was moved to another Kafka with the same offsets, or after sink_reset_offset() for each of its partitions: the next Kafka that a sink reads counts as theirs';
