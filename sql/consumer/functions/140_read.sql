-- Reading: any interval is a merge of a few rollup rows and raw edges.
CREATE OR REPLACE FUNCTION analytics.parts(
    from_at timestamptz, to_at timestamptz, places text[], live boolean,
    grains text[] DEFAULT '{month,day,hour}', bucket_zone text DEFAULT NULL)
RETURNS TABLE (place_id text, starts_at timestamptz, summary receipts.receipt_summary)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    calendar record;
    piece record;
    one_calendar boolean := (SELECT count(*) < 2 FROM analytics.calendars(parts.places));
    place_filter text;
BEGIN
    FOR calendar IN SELECT * FROM analytics.calendars(parts.places) LOOP
        -- Without a choice of places, and all of one calendar, the filter would only cost.
        place_filter := CASE WHEN one_calendar AND parts.places IS NULL THEN '' ELSE 'AND t.place_id = ANY ($3)' END;
        FOR piece IN SELECT * FROM analytics.cover(from_at, to_at, calendar.timezone, calendar.day_start, grains) LOOP
            IF piece.grain = 'raw' THEN
                PERFORM analytics.check_retention(piece.lo);
                RETURN QUERY EXECUTE format($query$
                    SELECT t.place_id, analytics.bucket_start(t.occurred_at, $5, $6),
                           receipts.receipt_summary_agg(t.total_amount, t.nds_amount, t.tips_amount,
                                                        t.payment_method, t.items)
                      FROM analytics.raw_receipt t
                     WHERE t.occurred_at >= $1 AND t.occurred_at < $2 %s
                       AND ($4 OR NOT EXISTS (SELECT FROM analytics.pending_batch q WHERE q.batch_id = t.batch_id))
                     GROUP BY 1, 2 $query$, place_filter)
                    USING piece.lo, piece.hi, calendar.places, live, coalesce(bucket_zone, calendar.timezone),
                          CASE WHEN bucket_zone IS NULL THEN calendar.day_start ELSE '00:00' END;
                CONTINUE;
            END IF;
            RETURN QUERY EXECUTE format($query$
                SELECT t.place_id, t.starts_at, t.summary FROM analytics.%I t
                 WHERE t.starts_at >= $1 AND t.starts_at < $2 %s $query$, 'place_' || piece.grain, place_filter)
                USING piece.lo, piece.hi, calendar.places;
            IF live THEN
                RETURN QUERY EXECUTE format($query$
                    SELECT t.place_id, t.starts_at, t.summary FROM analytics.pending t
                     WHERE t.starts_at >= $1 AND t.starts_at < $2 %s $query$, place_filter)
                    USING piece.lo, piece.hi, calendar.places;
            END IF;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION analytics.parts(timestamptz, timestamptz, text[], boolean, text[], text) IS
    'The summaries whose merge is [from, to): whole months, days and hours from rollups (or only these grains), edges from raw receipts, by the hour cut at the local midnight of bucket_zone or at the day''s begin of the place; live: with what is pending; places NULL: all';

CREATE OR REPLACE FUNCTION analytics.check_retention(from_at timestamptz) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    raw_from timestamptz := (SELECT k.raw_from FROM analytics.retention k);
BEGIN
    IF from_at < raw_from THEN
        RAISE EXCEPTION 'purchases before % are known by the whole hour only', api.instant(raw_from)
            USING ERRCODE = 'PR003', HINT = 'Give "from" and "to" as whole hours.';
    END IF;
END
$$;
COMMENT ON FUNCTION analytics.check_retention(timestamptz) IS 'Error PR003 when raw receipts of that time have been dropped';

CREATE OR REPLACE FUNCTION analytics.read(
    from_at timestamptz DEFAULT '-infinity', to_at timestamptz DEFAULT 'infinity',
    places text[] DEFAULT NULL, live boolean DEFAULT false)
RETURNS TABLE (place_id text, summary receipts.receipt_summary)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.place_id, receipts.merge(p.summary)
      FROM analytics.parts(from_at, to_at, places, live) p
     GROUP BY p.place_id
$$;
COMMENT ON FUNCTION analytics.read(timestamptz, timestamptz, text[], boolean) IS
    'The summary of each place with a purchase in [from, to)';
