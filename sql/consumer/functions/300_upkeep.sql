-- Upkeep and figures for monitoring.
CREATE OR REPLACE FUNCTION analytics.oldest_partition() RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT min(s.from_at) FROM deploy.partition_spans('analytics.raw_receipt') s
$$;
COMMENT ON FUNCTION analytics.oldest_partition() IS 'Begin of the oldest monthly partition of raw receipts';

CREATE OR REPLACE FUNCTION analytics.maintain() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before timestamptz := analytics.oldest_partition();
    after timestamptz;
BEGIN
    PERFORM deploy.maintain_partitions('analytics.raw_receipt');
    after := analytics.oldest_partition();
    IF after > before THEN
        -- Retention has dropped partitions: readers must know from when on edges can be counted.
        UPDATE analytics.retention SET raw_from = greatest(raw_from, after);
        DELETE FROM analytics.raw_receipt WHERE occurred_at < after;
        DELETE FROM analytics.trace WHERE occurred_at < after;
        DELETE FROM analytics.batch b
         WHERE b.stored_at < after AND NOT EXISTS (SELECT FROM analytics.pending_batch q WHERE q.batch_id = b.batch_id)
           AND NOT EXISTS (SELECT FROM analytics.raw_receipt r WHERE r.batch_id = b.batch_id);
    END IF;
END
$$;
COMMENT ON FUNCTION analytics.maintain() IS
    'Upkeep: makes the next partitions of raw receipts and drops those past the retention in partman.part_config (none by default); rollups stay';

CREATE OR REPLACE FUNCTION analytics.prune_runs(keep interval) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM analytics.rollup_run r
         WHERE r.finished_at < now() - keep
           AND r.run_id < (SELECT max(run_id) FROM analytics.rollup_run WHERE status = 'succeeded')
        RETURNING 1)
    SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION analytics.prune_runs(interval) IS 'Upkeep: forgets runs older than that, never the last good one; returns how many';

CREATE OR REPLACE FUNCTION analytics.open_differences()
RETURNS TABLE (from_at timestamptz, differences bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT v.from_at, v.differences
      FROM (SELECT DISTINCT ON (v.from_at) v.from_at, v.differences
              FROM analytics.verification v ORDER BY v.from_at, v.verification_id DESC) v
     WHERE v.differences > 0
$$;
COMMENT ON FUNCTION analytics.open_differences() IS 'Days whose last proof found differences, and how many';

CREATE OR REPLACE FUNCTION analytics.verify_sample(days int DEFAULT 3) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    begun timestamptz;
    found bigint := 0;
    differences bigint;
    sample jsonb;
BEGIN
    FOR begun IN
        -- Yesterday, which most eyes will see, days that were wrong, and random days that have purchases.
        SELECT date_trunc('day', now(), 'UTC') - interval '1 day'
        UNION
        SELECT o.from_at FROM analytics.open_differences() o
        UNION
        (SELECT day FROM (SELECT DISTINCT date_trunc('day', h.starts_at, 'UTC') AS day
                            FROM analytics.place_hour h, analytics.retention k WHERE h.starts_at >= k.raw_from) d
          ORDER BY random() LIMIT days)
    LOOP
        SELECT count(*), jsonb_agg(to_jsonb(v)) FILTER (WHERE v.n <= 10) INTO differences, sample
          FROM (SELECT row_number() OVER () AS n, d.* FROM analytics.verify(begun, begun + interval '1 day') d) v;
        INSERT INTO analytics.verification (verified_at, from_at, to_at, differences, sample)
        VALUES (clock_timestamp(), begun, begun + interval '1 day', differences, sample);
        found := found + differences;
    END LOOP;
    IF found > 0 THEN
        RAISE WARNING '% rollup buckets differ from a recount; see analytics.verification, mend with analytics.rebuild()', found;
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION analytics.verify_sample(int) IS
    'Upkeep: recounts yesterday, days found wrong before and some random days (UTC) and records the differences in analytics.verification; returns how many';

CREATE OR REPLACE FUNCTION api.metrics()
RETURNS TABLE (name text, type text, help text, labels text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'receipts_rollup_age_seconds', 'gauge', 'Time since the last good rollup began; NaN before the first.', '',
           coalesce(extract(epoch FROM clock_timestamp() - analytics.as_of()), 'NaN')::float8
    UNION ALL
    SELECT 'receipts_pending_batches', 'gauge', 'Batches stored that no rollup has taken up.', '',
           (SELECT count(*) FROM analytics.pending_batch)::float8
    UNION ALL
    SELECT 'receipts_dead_letters', 'gauge', 'Messages that could not be stored, neither retried nor dismissed.', '',
           (SELECT count(*) FROM analytics.dead_letter d WHERE d.resolved_at IS NULL)::float8
    UNION ALL
    SELECT 'receipts_rollup_differences', 'gauge', 'Rollup buckets that the last proof of their day found wrong.', '',
           coalesce((SELECT sum(o.differences) FROM analytics.open_differences() o), 0)::float8
    UNION ALL
    SELECT 'receipts_places', 'gauge', 'Places seen.', '', (SELECT count(*) FROM analytics.place)::float8
    UNION ALL
    SELECT 'receipts_stored_offset', 'gauge', 'The first offset not yet stored.',
           format('topic="%s",partition="%s"', k.topic, k.partition), k.next_offset::float8
      FROM analytics.kafka_offset k
$$;
COMMENT ON FUNCTION api.metrics() IS 'Figures of the consumer''s database for GET /metrics';
