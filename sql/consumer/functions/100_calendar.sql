-- Local days and months as instants.  A calendar is a zone and the local time at
-- which the business day begins.
CREATE OR REPLACE FUNCTION analytics.day_start(day date, timezone text, day_start interval) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (day + day_start) AT TIME ZONE timezone $$;
COMMENT ON FUNCTION analytics.day_start(date, text, interval) IS 'The instant at which a local day begins';

CREATE OR REPLACE FUNCTION analytics.local_day(at timestamptz, timezone text, day_start interval) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- Where clocks go back over the day's begin, local time alone would name two days.
    SELECT CASE WHEN at < analytics.day_start(d, timezone, day_start) THEN d - 1
                WHEN at >= analytics.day_start(d + 1, timezone, day_start) THEN d + 1
                ELSE d END
      FROM (SELECT ((at AT TIME ZONE timezone) - day_start)::date) AS guess (d)
$$;
COMMENT ON FUNCTION analytics.local_day(timestamptz, text, interval) IS 'The local day an instant belongs to';

CREATE OR REPLACE FUNCTION analytics.bucket_start(at timestamptz, timezone text, day_start interval) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN timezone = 'UTC' AND day_start = '00:00' THEN date_trunc('hour', at, 'UTC')
                ELSE greatest(date_trunc('hour', at, 'UTC'),
                              analytics.day_start(analytics.local_day(at, timezone, day_start), timezone, day_start))
           END
$$;
COMMENT ON FUNCTION analytics.bucket_start(timestamptz, text, interval) IS
    'Begin of the hour, or of the local day where that lies inside the hour: what is added up there belongs to one hour and one day';

CREATE OR REPLACE FUNCTION analytics.grain_start(
    at timestamptz, grain text, timezone text, day_start interval, periods int DEFAULT 0)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day date;
BEGIN
    IF grain = 'hour' THEN
        RETURN date_trunc('hour', at, 'UTC') + periods * interval '1 hour';
    END IF;
    day := analytics.local_day(at, timezone, day_start);
    day := CASE grain WHEN 'day' THEN day + periods
                      WHEN 'week' THEN (date_trunc('week', day::timestamp) + periods * interval '1 week')::date
                      WHEN 'month' THEN (date_trunc('month', day::timestamp) + periods * interval '1 month')::date END;
    RETURN analytics.day_start(day, timezone, day_start);
END
$$;
COMMENT ON FUNCTION analytics.grain_start(timestamptz, text, text, interval, int) IS
    'Begin of the hour, day, week or month an instant belongs to, or of the one so many periods later';

CREATE OR REPLACE FUNCTION analytics.cover(
    from_at timestamptz, to_at timestamptz, timezone text, day_start interval,
    grains text[] DEFAULT '{month,day,hour}')
RETURNS TABLE (grain text, lo timestamptz, hi timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    remaining tstzmultirange := tstzmultirange(tstzrange(from_at, to_at));
    gap tstzrange;
BEGIN
    FOREACH grain IN ARRAY grains LOOP
        FOR gap IN SELECT unnest(remaining) LOOP
            -- The first begin of a period not before the gap, the last not after its end.
            lo := analytics.grain_start(lower(gap), grain, timezone, day_start);
            IF lo < lower(gap) THEN
                lo := analytics.grain_start(lower(gap), grain, timezone, day_start, 1);
            END IF;
            hi := analytics.grain_start(upper(gap), grain, timezone, day_start);
            IF lo < hi THEN
                RETURN NEXT;
                remaining := remaining - tstzmultirange(tstzrange(lo, hi));
            END IF;
        END LOOP;
    END LOOP;
    grain := 'raw';
    FOR gap IN SELECT unnest(remaining) LOOP
        lo := lower(gap);
        hi := upper(gap);
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION analytics.cover(timestamptz, timestamptz, text, interval, text[]) IS
    'Cuts the interval [from, to) into whole months, days and hours of a calendar (or only these grains, coarse to fine), each as coarse as can be, and the raw edges that remain';
