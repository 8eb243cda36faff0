-- Messages about receipts in the client's language; the journal stays English.
\set VERBOSITY terse
\pset null -
SELECT auth.adopt_token('speaker', 'submitter', sha256('speaker')) > 0 AS till, auth.adopt_token('bound_speaker', 'submitter', sha256('bound_speaker'), '{p1}') > 0 AS bound;
INSERT INTO journal.place VALUES ('west', NULL, 'Etc/GMT+12') ON CONFLICT DO NOTHING;
CREATE FUNCTION pg_temp.body(id text, VARIADIC changes text[] DEFAULT '{}') RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE r text := format('{"transaction_id": "%s", "timestamp": "2024-02-07T12:00:00Z", "items": [{"product_id": "1", "quantity": 1, "price": 1, "category": "a"}], "total_amount": 1, "nds_amount": 0, "payment_method": "card"}', id);
BEGIN
    FOR i IN 1 .. coalesce(cardinality(changes), 0) / 2 LOOP
        r := replace(r, changes[2 * i - 1], changes[2 * i]);
    END LOOP;
    RETURN convert_to(r, 'UTF8');
END $$;
-- One batch, several languages: accepted, warned, rejected, the same again, other content, another's place.
CREATE TABLE answer AS SELECT s.* FROM api.submit(
    array_fill(sha256('speaker'), ARRAY[8]) || sha256('bound_speaker') || sha256('bound_speaker') || sha256('nobody'),
    ARRAY[pg_temp.body('RU1'), pg_temp.body('RU2'), pg_temp.body('RU3', '"total_amount": 1', '"total_amount": 2'),
          pg_temp.body('RU4', '"total_amount": 1', '"total_amount": 2'), '{"transaction_id": "RU5"}', '{"transaction_id": "RU6"}',
          pg_temp.body('RU2'), pg_temp.body('RU1', 'card', 'cash'),
          pg_temp.body('RU7', '"items"', '"place_id": "p2", "items"'), pg_temp.body('RU8', '"items"', '"place_id": "p2", "items"'), pg_temp.body('RU9')],
    array_fill('10.0.0.1'::inet, ARRAY[11]), array_fill('req'::text, ARRAY[11]), NULL,
    '{ru,NULL,ru,NULL,ru,NULL,ru,ru,ru,NULL,ru}') s;
SELECT a.ordinal, a.status, a.headers FROM answer a ORDER BY 1;
SELECT a.ordinal, regexp_replace(a.body, '\d{4}-\d\d-\d\dT[\d:.]+Z', 'T', 'g') AS body FROM answer a WHERE a.ordinal NOT IN (1, 2) ORDER BY 1;
-- No languages at all, as an older front end sends it.
SELECT s.status, s.body::jsonb #>> '{errors,0,message}' AS message, s.headers FROM api.submit(ARRAY[sha256('speaker')], ARRAY['{}'::bytea], '{10.0.0.1}', '{req}') s;
SELECT transaction_id, outcome, errors #>> '{0,message}' AS error, warnings #>> '{0,message}' AS warning FROM journal.receipt WHERE transaction_id ~ '^RU\d$' ORDER BY receipt_id;
-- Also where somebody has set the language for the session.
SET pg_receipts.language = 'ru';
SELECT s.body::jsonb #>> '{errors,0,message}' AS message FROM api.submit(ARRAY[sha256('speaker')], ARRAY['{"transaction_id": "RU0"}'::bytea], '{10.0.0.1}', '{req}') s;
SELECT errors #>> '{0,message}' AS journaled FROM journal.receipt WHERE transaction_id = 'RU0';
RESET pg_receipts.language;
-- The second look sees the zone of the first: here the limit of the future hangs on it.
SELECT s.status, s.body::jsonb #>> '{errors,0,code}' AS code, s.body::jsonb #>> '{errors,0,message}' ~ 'слишком далеко в будущем' AS russian
  FROM api.submit(ARRAY[sha256('speaker')], ARRAY[pg_temp.body('RUW', '2024-02-07T12:00:00Z', to_char(now() AT TIME ZONE 'UTC' + interval '18 hours', 'YYYY-MM-DD"T"HH24:MI:SS'), '"items"', '"place_id": "west", "items"')],
                  '{10.0.0.1}', '{req}', NULL, '{ru}') s;
-- The verdict stays the first one's, whatever the second look finds.
SELECT journal.reworded(e, w) FROM (VALUES
    ('[{"pointer": "/a", "code": "x", "message": "one"}]'::jsonb, '[{"pointer": "/a", "code": "x", "message": "один"}]'::jsonb),
    ('[{"pointer": "/a", "code": "x", "message": "one"}]', '[{"pointer": "/b", "code": "x", "message": "один"}]'),
    ('[{"pointer": "/a", "code": "x", "message": "one"}, {"pointer": "/b", "code": "y", "message": "two"}]', '[{"pointer": "/a", "code": "x", "message": "один"}]'),
    ('[{"pointer": "/a", "code": "x", "message": "one"}]', NULL),
    (NULL, '[{"pointer": "/a", "code": "x", "message": "один"}]')) v (e, w);
-- A chunk of a batch, in full and brief.
SELECT b.accepted, b.conflicts, b.rejected, b.results FROM api.submit_batch(sha256('bound_speaker'),
    ARRAY[pg_temp.body('RUA'), pg_temp.body('RUB', '"total_amount": 1', '"total_amount": 2'), '{"transaction_id": 5}', pg_temp.body('RU1', 'card', 'cash'), pg_temp.body('RUC', '"items"', '"place_id": "p2", "items"')],
    '10.0.0.1', 'req', 0, NULL, false, 'ru') b;
SELECT b.results FROM api.submit_batch(sha256('speaker'), ARRAY['{"transaction_id": 5}'::bytea], '10.0.0.1', 'req', 0, NULL, true, 'ru') b;
SELECT b.results FROM api.submit_batch(sha256('speaker'), ARRAY['{"transaction_id": 5}'::bytea], '10.0.0.1', 'req', 0) b;
DROP TABLE answer;
