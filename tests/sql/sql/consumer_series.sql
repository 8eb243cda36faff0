-- Time series, categories, dead letters.
\set VERBOSITY terse
\pset null -
SELECT auth.adopt_token('eve', 'analyst', sha256('eve')) > 0 AS made, auth.adopt_token('root', 'admin', sha256('root')) > 0 AS made;
CREATE FUNCTION pg_temp.params(VARIADIC pairs text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_object_agg(k, vs), '{}') FROM (SELECT pairs[i] AS k, jsonb_agg(pairs[i + 1] ORDER BY i) AS vs
      FROM generate_series(1, cardinality(pairs), 2) i WHERE pairs[i] <> '' GROUP BY 1) p $$;
CREATE FUNCTION pg_temp.series(VARIADIC pairs text[]) RETURNS TABLE (start text, purchases bigint, total numeric) LANGUAGE sql AS $$
    SELECT r ->> 'start', (r ->> 'total_purchases')::bigint, (r ->> 'total_amount')::numeric
      FROM api.timeseries(sha256('eve'), pg_temp.params(VARIADIC pairs), NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r $$;
SELECT * FROM pg_temp.series('bucket', 'month', 'place_id', 'place0');
SELECT count(*), sum(purchases) = (SELECT sum(purchases) FROM analytics.place_hourly WHERE place_id LIKE 'place_') AS all_of_them
  FROM pg_temp.series('bucket', 'week', 'place_id', 'place0', 'place_id', 'place1', 'place_id', 'place2', 'place_id', 'place3', 'place_id', 'place4');
-- Each bucket equals a plain count, in the zone asked for and in the place's own.
WITH raw AS (SELECT r.*, p.timezone, p.day_start FROM analytics.raw_receipt r JOIN analytics.place p USING (place_id) WHERE r.place_id LIKE 'place_'),
     plain (bucket, tz, start, purchases, total) AS (
    SELECT b, z, to_char(date_trunc(b, CASE WHEN z IS NULL THEN (occurred_at AT TIME ZONE timezone) - day_start
                                            ELSE occurred_at AT TIME ZONE z END), 'YYYY-MM-DD'), count(*), sum(total_amount)
      FROM raw, unnest('{day,week,month}'::text[]) b, unnest('{NULL,Europe/Moscow,Asia/Kathmandu,America/New_York}'::text[]) z
     GROUP BY 1, 2, 3),
     asked (bucket, tz, start, purchases, total) AS (
    SELECT b, z, s.* FROM unnest('{day,week,month}'::text[]) b, unnest('{NULL,Europe/Moscow,Asia/Kathmandu,America/New_York}'::text[]) z,
           pg_temp.series(VARIADIC ARRAY['bucket', b, 'live', 'true', 'place_id', 'place0', 'place_id', 'place1', 'place_id', 'place2', 'place_id', 'place3', 'place_id', 'place4']
                                   || CASE WHEN z IS NULL THEN '{}' ELSE ARRAY['tz', z] END) s)
SELECT (SELECT count(*) > 200 FROM plain) AS counted,
       (SELECT count(*) FROM ((TABLE plain EXCEPT TABLE asked) UNION ALL (TABLE asked EXCEPT TABLE plain)) d) AS differences;
SELECT count(*) FROM (
    (SELECT to_char(date_trunc('hour', occurred_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), count(*), sum(total_amount) FROM analytics.raw_receipt WHERE place_id = 'place2' AND occurred_at >= '2024-01-03 10:20' AND occurred_at < '2024-01-09' GROUP BY 1)
    EXCEPT SELECT * FROM pg_temp.series('bucket', 'hour', 'place_id', 'place2', 'from', '2024-01-03T10:20', 'to', '2024-01-09', 'live', 'true')) d;
-- Pages.
SELECT body::jsonb ->> 'next' AS next FROM api.timeseries(sha256('eve'), pg_temp.params('place_id', 'place0', 'limit', '3'), NULL) \gset
SELECT (SELECT max(start) FROM pg_temp.series('place_id', 'place0', 'limit', '3')) < min(start) AS goes_on, count(*) FROM pg_temp.series('place_id', 'place0', 'limit', '3', 'cursor', :'next');
SELECT status, e ->> 'parameter' AS parameter, e ->> 'message' AS message FROM api.timeseries(sha256('eve'), pg_temp.params('bucket', 'year', 'tz', 'Mars/Olympus'), NULL) a, jsonb_array_elements(a.body::jsonb -> 'errors') e;
-- Categories.
SELECT r FROM api.categories(sha256('eve'), pg_temp.params('place_id', 'p2', 'place_id', 'p3'), NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT body::jsonb #>> '{results,0,category}' AS first, body::jsonb ->> 'next' AS next FROM api.categories(sha256('eve'), pg_temp.params('limit', '1'), NULL) \gset
SELECT :'first' AS first, body::jsonb #>> '{results,0,category}' AS second FROM api.categories(sha256('eve'), pg_temp.params('limit', '1', 'cursor', :'next'), NULL);
-- Dead letters: listed, tried again, dismissed.
SELECT r ->> 'code' AS code, r ->> 'offset' AS at, r ->> 'value_base64' AS bytes FROM api.dead_letters(sha256('root'), pg_temp.params('open', 'true'), NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT dead_letter_id AS garbage FROM analytics.dead_letter WHERE value = 'garbage' \gset
SELECT status, body::jsonb #>> '{errors,0,code}' AS code FROM api.dead_letter_retry(sha256('root'), pg_temp.params('id', :'garbage'), NULL);
UPDATE analytics.dead_letter SET value = convert_to('{"transaction_id":"DL1","timestamp":"2024-02-07T12:34:56Z","place_id":"p2","items":[{"product_id":"1","quantity":1,"price":1,"category":"a"}],"total_amount":1,"nds_amount":0,"payment_method":"card"}', 'UTF8') WHERE dead_letter_id = :garbage;
SELECT status, body::jsonb ->> 'resolution' AS resolution FROM api.dead_letter_retry(sha256('root'), pg_temp.params('id', :'garbage'), NULL);
SELECT status, body::jsonb ->> 'resolution' AS resolution FROM api.dead_letter_retry(sha256('root'), pg_temp.params('id', :'garbage'), NULL);
SELECT count(*), bool_and(rolled_up) AS rolled_up FROM analytics.receipt_status WHERE transaction_id = 'DL1';
SELECT * FROM analytics.dead_letter_retry_code('tombstone');
SELECT status, body::jsonb FROM api.dead_letter_retry_code(sha256('root'), pg_temp.params('code', 'tombstone'), NULL);
SELECT status FROM api.dead_letter_retry_code(sha256('root'), '{}', NULL);
SELECT dead_letter_id AS tombstone FROM analytics.dead_letter WHERE value IS NULL \gset
SELECT status FROM api.dead_letter_dismiss(sha256('root'), pg_temp.params('id', :'tombstone'), '{}');
SELECT status, body::jsonb ->> 'resolution' AS resolution, body::jsonb ->> 'note' LIKE 'a test; token %' AS note FROM api.dead_letter_dismiss(sha256('root'), pg_temp.params('id', :'tombstone'), '{"note": "a test"}');
SELECT status FROM api.dead_letter_dismiss(sha256('root'), pg_temp.params('id', :'tombstone'), '{"note": "a test"}');
SELECT status FROM api.dead_letter_retry(sha256('root'), pg_temp.params('id', 'x'), NULL);
SELECT (api.dead_letters(sha256('eve'), '{}', NULL)).status;
-- The nightly proof.
SELECT analytics.verify_sample();
SELECT count(*) > 1 AS days, sum(differences) AS differences FROM analytics.verification;
