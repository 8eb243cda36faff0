-- What the front end calls.
\set VERBOSITY terse
\pset null -
SELECT auth.adopt_token('eve', 'analyst', sha256('eve')) > 0 AS made, auth.adopt_token('local', 'analyst', sha256('local'), '{place1,p2}') > 0 AS made,
       auth.adopt_token('till', 'submitter', sha256('till')) > 0 AS made, auth.adopt_token('root', 'admin', sha256('root')) > 0 AS made;
CREATE FUNCTION pg_temp.params(VARIADIC pairs text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_object_agg(k, vs), '{}') FROM (SELECT pairs[i] AS k, jsonb_agg(pairs[i + 1] ORDER BY i) AS vs
      FROM generate_series(1, cardinality(pairs), 2) i WHERE pairs[i] <> '' GROUP BY 1) p $$;
-- Roles.
SELECT t.who, (api.analytics(sha256(convert_to(t.who, 'UTF8')), '{}', NULL)).status AS analytics,
       (api.places(sha256(convert_to(t.who, 'UTF8')), '{}', NULL)).status AS places,
       (api.rollups(sha256(convert_to(t.who, 'UTF8')), '{}', NULL)).status AS rollups,
       (api.tokens(sha256(convert_to(t.who, 'UTF8')), '{}', NULL)).status AS tokens
  FROM unnest('{eve,till,root,nobody}'::text[]) t (who);
SELECT (api.analytics(NULL, '{}', NULL)).*;
-- One place: the figures of the assignment and more.
SELECT status, jsonb_pretty(body::jsonb - 'as_of') FROM api.analytics_place(sha256('eve'), pg_temp.params('place_id', 'p3', 'from', '2024-02-01'), NULL);
SELECT status, body::jsonb -> 'category_analytics' AS categories, body::jsonb -> 'total_purchases' AS purchases
  FROM api.analytics_place(sha256('eve'), pg_temp.params('place_id', 'p3', 'category', 'b'), NULL);
SELECT status FROM api.analytics_place(sha256('eve'), pg_temp.params('place_id', 'p3', 'category', 'none'), NULL);
SELECT status, body::jsonb ->> 'detail' FROM api.analytics_place(sha256('eve'), pg_temp.params('place_id', 'p3', 'to', '2000-01-01'), NULL);
SELECT status FROM api.analytics_place(sha256('eve'), pg_temp.params('place_id', 'unheard of'), NULL);
-- All of them: total, pages.
SELECT status, body::jsonb #> '{total,total_purchases}' AS purchases, jsonb_array_length(body::jsonb -> 'results') AS places
  FROM api.analytics(sha256('eve'), pg_temp.params('from', '2023-12-01', 'to', '2024-12-01'), NULL);
SELECT status, body::jsonb #> '{total,total_purchases}' AS purchases
  FROM api.analytics(sha256('eve'), pg_temp.params('from', '2023-12-01', 'to', '2024-12-01', 'live', 'true'), NULL);
CREATE FUNCTION pg_temp.pages(ordering text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    query jsonb := pg_temp.params('limit', '2', 'order', ordering);
    answer jsonb;
    seen text := '';
BEGIN
    LOOP
        answer := (SELECT body FROM api.analytics(sha256('eve'), query, NULL))::jsonb;
        seen := seen || (SELECT string_agg(r ->> 'place_id', ' ') FROM jsonb_array_elements(answer -> 'results') r) || ' | ';
        EXIT WHEN answer ->> 'next' IS NULL;
        query := query || pg_temp.params('cursor', answer ->> 'next');
    END LOOP;
    RETURN seen;
END $$;
SELECT o, pg_temp.pages(o) FROM unnest('{place_id,total_purchases,-total_purchases,-total_amount,average_receipt}'::text[]) o;
SELECT status, body::jsonb -> 'total' AS total, body::jsonb -> 'results' AS results
  FROM api.analytics(sha256('eve'), pg_temp.params('place_id', 'nowhere'), NULL);
SELECT r ->> 'place_id' AS place FROM api.analytics(sha256('eve'), pg_temp.params('place_id', 'p2', 'place_id', 'p3', 'category', 'a'), NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
-- Only the places of the token.
SELECT r ->> 'place_id' AS place FROM api.analytics(sha256('local'), '{}', NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT r ->> 'place_id' AS place FROM api.analytics(sha256('local'), pg_temp.params('place_id', 'p3', 'place_id', 'p2'), NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT r ->> 'place_id' AS place FROM api.places(sha256('local'), '{}', NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT (api.analytics_place(sha256('local'), pg_temp.params('place_id', 'p3'), NULL)).status, (api.place(sha256('local'), pg_temp.params('place_id', 'p3'), NULL)).status;
-- Every mistake is named.
SELECT e ->> 'parameter' AS parameter, e ->> 'code' AS code, e ->> 'message' AS message
  FROM api.analytics(sha256('eve'), pg_temp.params('from', 'yesterday', 'to', '2024-13-01', 'live', 'yes', 'limit', '0', 'limt', '5', 'cursor', '!', 'order', 'name'), NULL) r,
       jsonb_array_elements(r.body::jsonb -> 'errors') e;
SELECT t.given, r.status, r.body::jsonb #>> '{errors,0,code}' AS code
  FROM unnest('{2024-02-07,2024-02-07T12:00,2024-02-07T12:00:00.5Z,2024-02-07T12:00:00 03:00,2024-02-07T12:00:00+0300,now,infinity,2024-02-30,20240207,"2024-02-07T25:00:00Z"}'::text[]) t (given),
       api.analytics(sha256('eve'), pg_temp.params('to', t.given), NULL) r;
SELECT r.body::jsonb -> 'from' AS from, r.body::jsonb -> 'to' AS to FROM api.analytics(sha256('eve'), pg_temp.params('from', '2024-02-07T12:00:00 03:00', 'to', '2024-02-08'), NULL) r;
SELECT status, body::jsonb #>> '{errors,0,code}' FROM api.analytics(sha256('eve'), pg_temp.params('from', '2024-02-08', 'to', '2024-02-08'), NULL);
-- Places.
SELECT body::jsonb #> '{results,0}' AS first, body::jsonb ->> 'next' IS NOT NULL AS further FROM api.places(sha256('eve'), pg_temp.params('limit', '1'), NULL);
SELECT r ->> 'place_id' AS place FROM api.places(sha256('eve'), pg_temp.params('q', 'THREE'), NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT status, body FROM api.place(sha256('eve'), pg_temp.params('place_id', 'p3'), NULL);
SELECT status FROM api.place(sha256('eve'), pg_temp.params('place_id', 'p3', 'x', 'y'), NULL);
-- Rollups.
SELECT status, body::jsonb - '{run_id,started_at,finished_at,batches,deltas,buckets}'::text[] AS run FROM api.rollup_start(sha256('root'), '{}', NULL);
SELECT body::jsonb #> '{results,0,receipts}' AS receipts FROM api.rollups(sha256('root'), pg_temp.params('limit', '1'), NULL);
SELECT (api.rollup_start(sha256('eve'), '{}', NULL)).status;
SELECT DISTINCT name, type FROM api.metrics() ORDER BY 1;
