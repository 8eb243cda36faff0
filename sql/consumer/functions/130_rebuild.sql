-- Recounting from raw receipts: to prove the rollups, to mend them, to change
-- what they are cut by.
CREATE OR REPLACE FUNCTION analytics.recount(
    grain text, from_at timestamptz, to_at timestamptz, places text[] DEFAULT NULL)
RETURNS TABLE (place_id text, starts_at timestamptz, summary receipts.receipt_summary)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.place_id, b.starts_at,
           receipts.receipt_summary_agg(r.total_amount, r.nds_amount, r.tips_amount, r.payment_method, r.items)
      FROM analytics.raw_receipt r
      JOIN analytics.place p USING (place_id)
     CROSS JOIN LATERAL (SELECT analytics.grain_start(r.occurred_at, grain, p.timezone, p.day_start)) AS b (starts_at)
     WHERE r.occurred_at >= from_at AND r.occurred_at < to_at
       AND (places IS NULL OR r.place_id = ANY (places))
       AND NOT EXISTS (SELECT FROM analytics.pending_batch q WHERE q.batch_id = r.batch_id)
     GROUP BY r.place_id, b.starts_at
$$;
COMMENT ON FUNCTION analytics.recount(text, timestamptz, timestamptz, text[]) IS
    'What a rollup (hour, day or month) should hold for purchases in [from, to), counted from raw receipts, without what is pending';

CREATE OR REPLACE FUNCTION analytics.whole_buckets(
    grain text, INOUT from_at timestamptz, INOUT to_at timestamptz, timezone text, day_start interval)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    from_at := analytics.grain_start(from_at, grain, timezone, day_start);
    IF analytics.grain_start(to_at, grain, timezone, day_start) < to_at THEN
        to_at := analytics.grain_start(to_at, grain, timezone, day_start, 1);
    END IF;
END
$$;
COMMENT ON FUNCTION analytics.whole_buckets(text, timestamptz, timestamptz, text, interval) IS
    'Widens an interval to whole hours, days or months of a calendar';

CREATE OR REPLACE FUNCTION analytics.differences(
    grain text, from_at timestamptz, to_at timestamptz, places text[] DEFAULT NULL)
RETURNS TABLE (place_id text, starts_at timestamptz, stored receipts.receipt_summary, counted receipts.receipt_summary)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT place_id, starts_at, s.summary, c.summary
          FROM (SELECT * FROM analytics.%I t
                 WHERE t.starts_at >= $2 AND t.starts_at < $3 AND ($4 IS NULL OR t.place_id = ANY ($4))) s
          FULL JOIN analytics.recount($1, $2, $3, $4) c USING (place_id, starts_at)
         WHERE s.summary IS NULL OR c.summary IS NULL OR s.summary OPERATOR(receipts.<>) c.summary
        $query$, 'place_' || grain) USING grain, from_at, to_at, places;
END
$$;
COMMENT ON FUNCTION analytics.differences(text, timestamptz, timestamptz, text[]) IS
    'Buckets of one rollup that differ from a recount; from and to are begins of buckets of all the places asked for';

CREATE OR REPLACE FUNCTION analytics.calendars(places text[] DEFAULT NULL)
RETURNS TABLE (timezone text, day_start interval, places text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.timezone, p.day_start, array_agg(p.place_id ORDER BY p.place_id)
      FROM analytics.place p
     WHERE calendars.places IS NULL OR p.place_id = ANY (calendars.places)
     GROUP BY p.timezone, p.day_start
$$;
COMMENT ON FUNCTION analytics.calendars(text[]) IS 'The calendars of these places (NULL: of all), each with its places';

CREATE OR REPLACE FUNCTION analytics.verify(from_at timestamptz DEFAULT '-infinity', to_at timestamptz DEFAULT 'infinity')
RETURNS TABLE (grain text, place_id text, starts_at timestamptz, stored jsonb, counted jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT g.grain, d.place_id, d.starts_at, d.stored::jsonb, d.counted::jsonb
      FROM (VALUES ('hour'), ('day'), ('month')) AS g (grain)
     CROSS JOIN analytics.calendars() c
     CROSS JOIN analytics.retention kept
     CROSS JOIN LATERAL analytics.whole_buckets(g.grain, verify.from_at, verify.to_at, c.timezone, c.day_start) w
     CROSS JOIN LATERAL analytics.differences(
                    g.grain,
                    -- A bucket that retention has cut into cannot be counted any more.
                    CASE WHEN w.from_at >= kept.raw_from THEN w.from_at
                         ELSE (analytics.whole_buckets(g.grain, w.from_at, kept.raw_from, c.timezone, c.day_start)).to_at END,
                    w.to_at, c.places) d
$$;
COMMENT ON FUNCTION analytics.verify(timestamptz, timestamptz) IS
    'Compares the rollups of all buckets that touch [from, to) with a recount from raw receipts; returns the differences, so nothing when all is well';

CREATE OR REPLACE FUNCTION analytics.rebuild_grain(
    grain text, from_at timestamptz, to_at timestamptz, places text[])
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    written bigint;
BEGIN
    EXECUTE format('DELETE FROM analytics.%I t WHERE t.starts_at >= $1 AND t.starts_at < $2 AND t.place_id = ANY ($3)',
                   'place_' || grain) USING from_at, to_at, places;
    EXECUTE format('INSERT INTO analytics.%I (place_id, starts_at, summary)
                    SELECT * FROM analytics.recount($1, $2, $3, $4)',
                   'place_' || grain) USING grain, from_at, to_at, places;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION analytics.rebuild_grain(text, timestamptz, timestamptz, text[]) IS
    'Replaces one rollup''s buckets of these places by a recount; the caller holds rollup_lock';

CREATE OR REPLACE FUNCTION analytics.rebuild(from_at timestamptz, to_at timestamptz, places text[] DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    calendar record;
    wide record;
    written bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(analytics.rollup_lock());
    FOR calendar IN SELECT * FROM analytics.calendars(rebuild.places) LOOP
        FOR wide IN
            SELECT g.grain, w.* FROM unnest('{hour,day,month}'::text[]) AS g (grain),
                   analytics.whole_buckets(g.grain, rebuild.from_at, rebuild.to_at, calendar.timezone, calendar.day_start) w
        LOOP
            IF wide.from_at < (SELECT k.raw_from FROM analytics.retention k) THEN
                RAISE EXCEPTION 'could not rebuild from %: raw receipts before % have been dropped',
                                wide.from_at, (SELECT k.raw_from FROM analytics.retention k)
                    USING ERRCODE = 'PR003', HINT = 'Give a later "from"; whole months are recounted.';
            END IF;
            written := written + analytics.rebuild_grain(wide.grain, wide.from_at, wide.to_at, calendar.places);
        END LOOP;
    END LOOP;
    RETURN written;
END
$$;
COMMENT ON FUNCTION analytics.rebuild(timestamptz, timestamptz, text[]) IS
    'Recounts every hour, day and month that touches [from, to) from raw receipts, for these places or all; returns how many buckets were written';

CREATE OR REPLACE FUNCTION analytics.reassign_place(transaction_ids text[], place_id text, place_name text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    moved record;
BEGIN
    IF place_id IS NULL OR place_id !~ '^[^[:cntrl:]]{1,128}$' THEN
        RAISE EXCEPTION 'place_id must be a text of 1 to 128 characters' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- No batch in flight, nothing pending: what was counted is in the rollups.
    PERFORM pg_advisory_xact_lock(analytics.calendar_lock());
    PERFORM analytics.rollup('reassign');
    INSERT INTO analytics.reassignment AS a (transaction_id, place_id, reassigned_at, reassigned_by)
    SELECT DISTINCT r.transaction_id, reassign_place.place_id, clock_timestamp(), session_user
      FROM analytics.raw_receipt r
     WHERE r.transaction_id = ANY (transaction_ids)
    ON CONFLICT (transaction_id) DO UPDATE
       SET place_id = EXCLUDED.place_id, reassigned_at = EXCLUDED.reassigned_at, reassigned_by = EXCLUDED.reassigned_by;
    WITH old AS (
        SELECT r.transaction_id, r.occurred_at, r.place_id FROM analytics.raw_receipt r
         WHERE r.transaction_id = ANY (transaction_ids) AND r.place_id <> reassign_place.place_id
    ), changed AS (
        UPDATE analytics.raw_receipt r SET place_id = reassign_place.place_id
          FROM old o
         WHERE r.transaction_id = o.transaction_id AND r.occurred_at = o.occurred_at AND r.place_id = o.place_id
        RETURNING 1
    ), traced AS (
        UPDATE analytics.trace t SET place_id = reassign_place.place_id
          FROM old o
         WHERE t.transaction_id = o.transaction_id AND t.occurred_at = o.occurred_at AND t.place_id = o.place_id
    )
    SELECT count(*) AS receipts, min(o.occurred_at) AS first, max(o.occurred_at) AS last,
           array_agg(DISTINCT o.place_id) AS places
      INTO moved FROM old o;
    IF moved.receipts > 0 THEN
        INSERT INTO analytics.place AS p (place_id, place_name, first_seen, last_seen)
        VALUES (reassign_place.place_id, reassign_place.place_name, moved.first, moved.last)
        ON CONFLICT ON CONSTRAINT place_pkey DO UPDATE
           SET place_name = coalesce(EXCLUDED.place_name, p.place_name),
               first_seen = least(p.first_seen, EXCLUDED.first_seen),
               last_seen = greatest(p.last_seen, EXCLUDED.last_seen);
        PERFORM analytics.rebuild(moved.first, moved.last + interval '1 microsecond',
                                  moved.places || reassign_place.place_id);
    END IF;
    RETURN moved.receipts;
END
$$;
COMMENT ON FUNCTION analytics.reassign_place(text[], text, text) IS
    'Moves stored receipts to another place, also when they come again, and recounts the rollups; returns how many were moved';

CREATE OR REPLACE FUNCTION analytics.set_place_calendar(place_id text, timezone text, day_start interval DEFAULT '00:00')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(analytics.calendar_lock());
    PERFORM analytics.rollup('calendar');
    UPDATE analytics.place p
       SET timezone = set_place_calendar.timezone, day_start = set_place_calendar.day_start
     WHERE p.place_id = set_place_calendar.place_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'place "%" is not known', place_id
            USING ERRCODE = 'no_data_found', HINT = 'A place is known from its first receipt on.';
    END IF;
    IF (SELECT k.raw_from FROM analytics.retention k) > (SELECT p.first_seen FROM analytics.place p
                                                          WHERE p.place_id = set_place_calendar.place_id) THEN
        RAISE EXCEPTION 'could not cut the days of place "%" anew: its raw receipts before % have been dropped',
                        place_id, (SELECT k.raw_from FROM analytics.retention k) USING ERRCODE = 'PR003';
    END IF;
    DELETE FROM analytics.place_day d WHERE d.place_id = set_place_calendar.place_id;
    DELETE FROM analytics.place_month m WHERE m.place_id = set_place_calendar.place_id;
    PERFORM analytics.rebuild('-infinity', 'infinity', ARRAY[set_place_calendar.place_id]);
END
$$;
COMMENT ON FUNCTION analytics.set_place_calendar(text, text, interval) IS
    'Sets a place''s zone and the local time its business day begins, and cuts its days and months anew';
