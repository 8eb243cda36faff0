-- GET /api/analytics/ and what it is made of.
CREATE OR REPLACE FUNCTION api.visible_places(caller auth.token, asked text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN caller.places IS NULL THEN asked
                WHEN asked IS NULL THEN caller.places
                ELSE ARRAY(SELECT unnest(asked) INTERSECT SELECT unnest(caller.places)) END
$$;
COMMENT ON FUNCTION api.visible_places(auth.token, text[]) IS 'The places asked for that the caller may see; NULL: all';

CREATE OR REPLACE FUNCTION api.text_array(args jsonb, name text) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN args ? name THEN ARRAY(SELECT jsonb_array_elements_text(args -> name)) END
$$;
COMMENT ON FUNCTION api.text_array(jsonb, text) IS 'A repeatable argument as an array; NULL when it was not given';

CREATE OR REPLACE FUNCTION api.figures(summary receipts.receipt_summary, categories text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN summary IS NULL THEN
                    '{"total_purchases": 0, "total_amount": 0.00, "average_receipt": null, "min_receipt": null,
                      "max_receipt": null, "taxes_amount": {"total_nds": 0.00, "total_tips": 0.00},
                      "category_analytics": {}, "payment_analytics": {}}'
                WHEN categories IS NULL THEN s.object
                ELSE s.object || jsonb_build_object('category_analytics', coalesce(
                         (SELECT jsonb_object_agg(c.key, c.value)
                            FROM jsonb_each(s.object -> 'category_analytics') c
                           WHERE c.key = ANY (categories)), '{}')) END
      FROM (SELECT summary::jsonb) AS s (object)
$$;
COMMENT ON FUNCTION api.figures(receipts.receipt_summary, text[]) IS
    'A summary (NULL: of no receipt) as the analytics object of the API, with only these categories (NULL: all)';

CREATE OR REPLACE FUNCTION api.sort_value(summary receipts.receipt_summary, sort text) RETURNS numeric
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE sort WHEN 'total_purchases' THEN receipts.purchases(summary)::numeric
                     WHEN 'total_amount' THEN receipts.total_amount(summary)
                     WHEN 'average_receipt' THEN receipts.average_receipt(summary) END
$$;
COMMENT ON FUNCTION api.sort_value(receipts.receipt_summary, text) IS 'The figure to order by; NULL: order by place_id alone';

CREATE OR REPLACE FUNCTION api.analytics_answer(args jsonb, visible text[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
WITH asked AS (
    SELECT coalesce((args ->> 'from')::timestamptz, '-infinity') AS from_at,
           coalesce((args ->> 'to')::timestamptz, 'infinity') AS to_at,
           coalesce((args ->> 'live')::boolean, false) AS live,
           api.text_array(args, 'category') AS categories,
           ltrim(coalesce(args ->> 'order', 'place_id'), '-') AS sort,
           CASE WHEN args ->> 'order' LIKE '-%' THEN -1 ELSE 1 END AS direction,
           coalesce((args ->> 'limit')::int, 100) AS page_size,
           args -> 'cursor' AS cursor
), matching AS MATERIALIZED (
    SELECT r.place_id, r.summary,
           a.direction * coalesce(api.sort_value(r.summary, a.sort), 0) AS rank
      FROM asked a, analytics.read(a.from_at, a.to_at, visible, a.live) r
     WHERE a.categories IS NULL
        OR EXISTS (SELECT FROM receipts.categories(r.summary) c WHERE c.category = ANY (a.categories))
), page AS MATERIALIZED (
    SELECT m.*, row_number() OVER (ORDER BY m.rank, m.place_id COLLATE "C") AS n
      FROM matching m, asked a
     WHERE a.sort = 'place_id' AND a.direction = 1
           AND (a.cursor IS NULL OR m.place_id > (a.cursor ->> 1) COLLATE "C")
        OR NOT (a.sort = 'place_id' AND a.direction = 1)
           AND (a.cursor IS NULL
                OR (m.rank, m.place_id COLLATE "C") > ((a.cursor ->> 0)::numeric, a.cursor ->> 1))
     ORDER BY m.rank, m.place_id COLLATE "C"
     LIMIT (SELECT page_size + 1 FROM asked)
)
SELECT jsonb_build_object(
           'from', args -> 'from', 'to', args -> 'to',
           'as_of', api.instant(CASE WHEN a.live THEN statement_timestamp() ELSE analytics.as_of() END),
           'total', api.figures((SELECT receipts.merge(m.summary) FROM matching m), a.categories),
           'results', coalesce((SELECT jsonb_agg(jsonb_build_object('place_id', g.place_id, 'place_name', p.place_name)
                                                 || api.figures(g.summary, a.categories) ORDER BY g.n)
                                  FROM page g LEFT JOIN analytics.place p USING (place_id)
                                 WHERE g.n <= a.page_size), '[]'),
           'next', (SELECT api.encode_cursor(jsonb_build_array(g.rank, g.place_id)) FROM page g
                     WHERE g.n = a.page_size AND EXISTS (SELECT FROM page l WHERE l.n > a.page_size)))
  FROM asked a
$$;
COMMENT ON FUNCTION api.analytics_answer(jsonb, text[]) IS 'The answer of GET /api/analytics/ for arguments that are in order';

CREATE OR REPLACE FUNCTION api.instants_echoed(args jsonb) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT args || jsonb_strip_nulls(jsonb_build_object('from', api.instant((args ->> 'from')::timestamptz),
                                                        'to', api.instant((args ->> 'to')::timestamptz)))
$$;
COMMENT ON FUNCTION api.instants_echoed(jsonb) IS 'Arguments with "from" and "to" in the one form in which answers show instants';

CREATE OR REPLACE FUNCTION api.analytics(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{analyst}');
    query record := api.arguments(params, '{
        "from": "instant", "to": "instant", "place_id": "text*", "category": "text*", "live": "boolean",
        "limit": "number:1:1000", "cursor": "cursor:rank",
        "order": "choice:place_id,total_purchases,-total_purchases,total_amount,-total_amount,average_receipt,-average_receipt"}');
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    RETURN api.answer(200, api.analytics_answer(api.instants_echoed(query.args),
                                         api.visible_places(caller, api.text_array(query.args, 'place_id'))));
EXCEPTION WHEN SQLSTATE 'PR003' THEN
    RETURN api.problem(422, 'raw_receipts_dropped', 'The interval cuts into hours whose receipts are gone', SQLERRM || '.');
END
$$;
COMMENT ON FUNCTION api.analytics(bytea, jsonb, bytea) IS 'GET /api/analytics/: all matching places, a page at a time, and their total';

CREATE OR REPLACE FUNCTION api.analytics_place(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{analyst}');
    wanted text := params -> 'place_id' ->> 0;
    query record := api.arguments(params - 'place_id',
                                  '{"from": "instant", "to": "instant", "category": "text*", "live": "boolean"}');
    answer jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF wanted <> ALL (caller.places) THEN
        RETURN api.foreign_place(wanted);
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    answer := api.analytics_answer(api.instants_echoed(query.args), ARRAY[wanted]);
    IF answer -> 'results' -> 0 IS NULL THEN
        RETURN api.problem(404, 'not_found', 'No purchases',
                           format('Place "%s" has no purchase here%s.', left(wanted, 128),
                                  CASE WHEN query.args ->> 'live' = 'true' THEN ''
                                       ELSE ' as of the last rollup; live=true counts up to now' END));
    END IF;
    RETURN api.answer(200, ((answer - '{results,total,next}'::text[]) || (answer -> 'results' -> 0)));
EXCEPTION WHEN SQLSTATE 'PR003' THEN
    RETURN api.problem(422, 'raw_receipts_dropped', 'The interval cuts into hours whose receipts are gone', SQLERRM || '.');
END
$$;
COMMENT ON FUNCTION api.analytics_place(bytea, jsonb, bytea) IS 'GET /api/analytics/{place_id}/: one place';

CREATE OR REPLACE FUNCTION api.foreign_place(place_id text) RETURNS api.reply
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT api.problem(403, 'foreign_place', 'Not a place of this token',
                       format('The token is bound to other places than "%s".', left(place_id, 128)))
$$;
COMMENT ON FUNCTION api.foreign_place(text) IS 'The 403 for a place that the token is not bound to';
