-- GET /api/analytics/timeseries/ and GET /api/categories/
CREATE OR REPLACE FUNCTION analytics.whole_hours(timezone text, from_at timestamptz, to_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    -- Zones change by seasons: a look at each quarter of the years asked for tells.
    SELECT bool_and(extract(epoch FROM (at AT TIME ZONE timezone) - (at AT TIME ZONE 'UTC'))::int % 3600 = 0)
      FROM generate_series(greatest(from_at, (SELECT min(first_seen) FROM analytics.place)),
                           least(to_at, (SELECT max(last_seen) FROM analytics.place)) + interval '3 months',
                           '3 months') at
$$;
COMMENT ON FUNCTION analytics.whole_hours(text, timestamptz, timestamptz) IS
    'Whether local days of the zone begin on whole hours in the interval, as far as there are purchases';

CREATE OR REPLACE FUNCTION analytics.series(
    bucket text, timezone text, from_at timestamptz, to_at timestamptz, places text[], live boolean)
RETURNS TABLE (label timestamp, place_id text, summary receipts.receipt_summary)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    -- The place's own calendar has days and months ready; any other is made of
    -- hours, or of raw receipts where its days begin inside hours.
    SELECT l.label, p.place_id, receipts.merge(p.summary)
      FROM analytics.parts(from_at, to_at, places, live,
               CASE WHEN bucket = 'hour' THEN '{hour}'::text[]
                    WHEN series.timezone IS NULL THEN
                         CASE bucket WHEN 'month' THEN '{month,day,hour}'::text[] ELSE '{day,hour}'::text[] END
                    WHEN analytics.whole_hours(series.timezone, from_at, to_at) THEN '{hour}'::text[]
                    ELSE '{}'::text[] END,
               series.timezone) p
      JOIN analytics.place c USING (place_id)
     CROSS JOIN LATERAL (
         SELECT CASE WHEN bucket = 'hour' THEN date_trunc('hour', p.starts_at AT TIME ZONE 'UTC')
                     ELSE date_trunc(bucket, analytics.local_day(
                              p.starts_at, coalesce(series.timezone, c.timezone),
                              CASE WHEN series.timezone IS NULL THEN c.day_start ELSE '00:00' END)::timestamp) END
     ) AS l (label)
     GROUP BY l.label, p.place_id
$$;
COMMENT ON FUNCTION analytics.series(text, text, timestamptz, timestamptz, text[], boolean) IS
    'Summaries by bucket (hour: of UTC; day, week, month: local to the zone, or NULL to each place) and place';

CREATE OR REPLACE FUNCTION api.series_answer(args jsonb, visible text[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
WITH asked AS (
    SELECT coalesce((args ->> 'live')::boolean, false) AS live, api.text_array(args, 'category') AS categories,
           coalesce((args ->> 'limit')::int, 500) AS page_size, (args -> 'cursor' ->> 0)::timestamp AS after
), found AS MATERIALIZED (
    SELECT s.label, receipts.merge(s.summary) AS summary
      FROM asked a,
           analytics.series(args ->> 'bucket', args ->> 'tz', coalesce((args ->> 'from')::timestamptz, '-infinity'),
                            coalesce((args ->> 'to')::timestamptz, 'infinity'), visible, a.live) s
     WHERE a.categories IS NULL
        OR EXISTS (SELECT FROM receipts.categories(s.summary) c WHERE c.category = ANY (a.categories))
     GROUP BY s.label
), page AS MATERIALIZED (
    SELECT f.*, row_number() OVER (ORDER BY f.label) AS n
      FROM found f, asked a
     WHERE a.after IS NULL OR f.label > a.after
     ORDER BY f.label
     LIMIT (SELECT page_size + 1 FROM asked)
)
SELECT jsonb_build_object(
           'bucket', args -> 'bucket', 'tz', args -> 'tz', 'from', args -> 'from', 'to', args -> 'to',
           'as_of', api.instant(CASE WHEN a.live THEN statement_timestamp() ELSE analytics.as_of() END),
           'results', coalesce((SELECT jsonb_agg(jsonb_build_object('start',
                                           to_char(g.label, CASE args ->> 'bucket' WHEN 'hour' THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                                                                                   ELSE 'YYYY-MM-DD' END))
                                       || api.figures(g.summary, a.categories) ORDER BY g.label)
                                  FROM page g WHERE g.n <= a.page_size), '[]'),
           'next', (SELECT api.encode_cursor(jsonb_build_array(g.label)) FROM page g
                     WHERE g.n = a.page_size AND EXISTS (SELECT FROM page l WHERE l.n > a.page_size)))
  FROM asked a
$$;
COMMENT ON FUNCTION api.series_answer(jsonb, text[]) IS 'The answer of GET /api/analytics/timeseries/ for arguments that are in order';

CREATE OR REPLACE FUNCTION api.timeseries(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{analyst}');
    query record := api.arguments(params, '{
        "bucket": "choice:hour,day,week,month", "tz": "zone", "from": "instant", "to": "instant", "place_id": "text*",
        "category": "text*", "live": "boolean", "limit": "number:1:5000", "cursor": "cursor:label"}');
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    RETURN api.answer(200, api.series_answer('{"bucket": "day"}' || api.instants_echoed(query.args),
                                             api.visible_places(caller, api.text_array(query.args, 'place_id'))));
EXCEPTION WHEN SQLSTATE 'PR003' THEN
    RETURN api.problem(422, 'raw_receipts_dropped', 'The interval cuts into hours whose receipts are gone', SQLERRM || '.');
END
$$;
COMMENT ON FUNCTION api.timeseries(bytea, jsonb, bytea) IS
    'GET /api/analytics/timeseries/: figures of all matching places by hour, day, week or month; buckets without a purchase are absent';

CREATE OR REPLACE FUNCTION api.categories(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{analyst}');
    query record := api.arguments(params, '{"from": "instant", "to": "instant", "place_id": "text*", "live": "boolean",
                                            "limit": "number:1:1000", "cursor": "cursor:text"}');
    args jsonb := api.instants_echoed(query.args);
    page_size int := coalesce((args ->> 'limit')::int, 100);
    live boolean := coalesce((args ->> 'live')::boolean, false);
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    found := (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.category COLLATE "C")
                FROM (SELECT c.* FROM (SELECT receipts.merge(r.summary) AS summary
                                         FROM analytics.read(coalesce((args ->> 'from')::timestamptz, '-infinity'),
                                                             coalesce((args ->> 'to')::timestamptz, 'infinity'),
                                                             api.visible_places(caller, api.text_array(args, 'place_id')),
                                                             live) r) m,
                             receipts.categories(m.summary) c
                       WHERE c.category COLLATE "C" > coalesce(args -> 'cursor' ->> 0, '')
                       ORDER BY c.category COLLATE "C" LIMIT page_size + 1) c);
    RETURN api.answer(200, api.page(coalesce(found, '[]'), page_size, '{category}') || jsonb_build_object(
        'from', args -> 'from', 'to', args -> 'to',
        'as_of', api.instant(CASE WHEN live THEN statement_timestamp() ELSE analytics.as_of() END)));
EXCEPTION WHEN SQLSTATE 'PR003' THEN
    RETURN api.problem(422, 'raw_receipts_dropped', 'The interval cuts into hours whose receipts are gone', SQLERRM || '.');
END
$$;
COMMENT ON FUNCTION api.categories(bytea, jsonb, bytea) IS 'GET /api/categories/: the categories seen at all matching places, with totals';
