-- The rollup: drains pending deltas into hours, days and months.
CREATE OR REPLACE FUNCTION analytics.rollup_lock() RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 7302433::bigint $$;
COMMENT ON FUNCTION analytics.rollup_lock() IS 'Advisory lock: who changes rollups holds it';

CREATE OR REPLACE FUNCTION analytics.drain(OUT batches bigint, OUT deltas bigint, OUT receipts bigint, OUT buckets bigint)
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
-- One statement, so one snapshot: a batch is drained with all its deltas or not at all.
WITH drained AS (
    DELETE FROM analytics.pending RETURNING place_id, starts_at, summary
), taken AS (
    DELETE FROM analytics.pending_batch RETURNING 1
), hour AS MATERIALIZED (
    SELECT d.place_id, d.starts_at, receipts.merge(d.summary) AS summary
      FROM drained d GROUP BY d.place_id, d.starts_at
), day AS MATERIALIZED (
    SELECT h.place_id, p.timezone, p.day_start, l.day, receipts.merge(h.summary) AS summary
      FROM hour h
      JOIN analytics.place p USING (place_id)
     CROSS JOIN LATERAL (SELECT analytics.local_day(h.starts_at, p.timezone, p.day_start)) AS l (day)
     GROUP BY h.place_id, p.timezone, p.day_start, l.day
), into_hour AS (
    INSERT INTO analytics.place_hour AS t (place_id, starts_at, summary)
    SELECT h.place_id, date_trunc('hour', h.starts_at, 'UTC'), receipts.merge(h.summary)
      FROM hour h GROUP BY 1, 2
    ON CONFLICT (place_id, starts_at) DO UPDATE SET summary = t.summary OPERATOR(receipts.+) EXCLUDED.summary
    RETURNING 1
), into_day AS (
    INSERT INTO analytics.place_day AS t (place_id, starts_at, summary)
    SELECT d.place_id, analytics.day_start(d.day, d.timezone, d.day_start), d.summary FROM day d
    ON CONFLICT (place_id, starts_at) DO UPDATE SET summary = t.summary OPERATOR(receipts.+) EXCLUDED.summary
    RETURNING 1
), into_month AS (
    INSERT INTO analytics.place_month AS t (place_id, starts_at, summary)
    SELECT d.place_id,
           analytics.day_start(date_trunc('month', d.day::timestamp)::date, d.timezone, d.day_start),
           receipts.merge(d.summary)
      FROM day d GROUP BY 1, 2
    ON CONFLICT (place_id, starts_at) DO UPDATE SET summary = t.summary OPERATOR(receipts.+) EXCLUDED.summary
    RETURNING 1
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM drained),
       (SELECT coalesce(sum(receipts.purchases(h.summary)), 0)::bigint FROM hour h),
       (SELECT count(*) FROM into_hour) + (SELECT count(*) FROM into_day) + (SELECT count(*) FROM into_month)
$$;
COMMENT ON FUNCTION analytics.drain() IS 'Merges all pending deltas into the rollups; the caller holds rollup_lock';

CREATE OR REPLACE FUNCTION analytics.rollup(started_by text DEFAULT 'sql') RETURNS analytics.rollup_run
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run analytics.rollup_run;
    batches bigint := 0;
    deltas bigint := 0;
    receipts bigint := 0;
    buckets bigint := 0;
    failure text;
    begun timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(analytics.rollup_lock());
    begun := clock_timestamp();
    BEGIN
        SELECT d.* INTO batches, deltas, receipts, buckets FROM analytics.drain() d;
    EXCEPTION WHEN OTHERS THEN
        -- Recorded rather than raised: raising would undo the record.
        failure := format('%s (%s)', SQLERRM, SQLSTATE);
        RAISE WARNING 'rollup failed: %', failure;
    END;
    INSERT INTO analytics.rollup_run (started_by, started_at, finished_at, status, batches, deltas, receipts, buckets, message)
    VALUES (started_by, begun, clock_timestamp(), CASE WHEN failure IS NULL THEN 'succeeded' ELSE 'failed' END,
            batches, deltas, receipts, buckets, failure)
    RETURNING * INTO run;
    PERFORM pg_notify('receipts_rollup', run.run_id::text);
    RETURN run;
END
$$;
COMMENT ON FUNCTION analytics.rollup(text) IS
    'Drains what is pending into place_hour, place_day and place_month; run hourly by pg_cron; returns the run it recorded';

CREATE OR REPLACE FUNCTION analytics.as_of() RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(r.started_at) FROM analytics.rollup_run r WHERE r.status = 'succeeded'
$$;
COMMENT ON FUNCTION analytics.as_of() IS 'What had been stored by then is in the rollups; NULL before the first run';
