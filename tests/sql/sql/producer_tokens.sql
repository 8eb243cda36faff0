-- /api/tokens/
\pset null -
SELECT auth.adopt_token('root', 'admin', sha256('root')) > 0 AS made, auth.adopt_token('till', 'submitter', sha256('till')) > 0 AS made;
SELECT status, body::jsonb - '{id,created_at,token}'::text[] AS body, headers - 'Location' AS headers,
       headers ->> 'Location' = '/api/tokens/' || (body::jsonb ->> 'id') || '/' AS location,
       body::jsonb ->> 'token' ~ '^rcp_[A-Za-z0-9_-]{43}$' AS secret
  FROM api.token_create(sha256('root'), '{}', '{"name": "Kiosk", "role": "submitter", "places": ["p1"], "expires_at": "2999-01-01T00:00:00+03:00"}');
SELECT body::jsonb ->> 'token' AS secret, body::jsonb ->> 'id' AS id
  FROM api.token_create(sha256('root'), '{}', '{"name": "Short", "role": "analyst"}') \gset
SELECT (auth.identify(sha256(:'secret'))).name;
-- The secret is nowhere.
SELECT count(*) FROM auth.token t WHERE t::text LIKE '%' || :'secret' || '%';
SELECT body LIKE '%' || :'secret' || '%' AS shown FROM api.tokens(sha256('root'), '{}', NULL);
-- Revoked, once.
SELECT status, body FROM api.token_revoke(sha256('root'), jsonb_build_object('id', jsonb_build_array(:'id')), NULL);
SELECT auth.identify(sha256(:'secret')) IS NULL AS gone;
SELECT status, body::jsonb ->> 'detail' LIKE 'There is no valid token%' FROM api.token_revoke(sha256('root'), jsonb_build_object('id', jsonb_build_array(:'id')), NULL);
SELECT status FROM api.token_revoke(sha256('root'), '{"id": ["99999999999999999999"]}', NULL);
-- Only admins.
SELECT (api.tokens(sha256('till'), '{}', NULL)).status, (api.token_create(sha256('till'), '{}', '{}')).status,
       (api.token_revoke(sha256('till'), '{"id": ["1"]}', NULL)).status, (api.tokens(NULL, '{}', NULL)).status;
-- Every mistake is named.
SELECT e ->> 'pointer' AS pointer, e ->> 'code' AS code
  FROM api.token_create(sha256('root'), '{}', '{"name": "", "role": "boss", "places": [], "expires_at": "2001-01-01", "color": 1}') r,
       jsonb_array_elements(r.body::jsonb -> 'errors') e;
SELECT t.given, r.status, r.body::jsonb #>> '{errors,0,pointer}' AS pointer
  FROM unnest(ARRAY['', '[]', 'null', '{"name": 1, "role": "admin"}', '{"name": "a", "role": "admin", "places": "p"}',
                    '{"name": "a", "role": "admin", "places": [""]}', '{"name": "a", "role": "admin", "expires_at": 5}', '{"name": "\u0000", "role": "admin"}']) t (given),
       api.token_create(sha256('root'), '{}', convert_to(t.given, 'UTF8')) r;
SELECT status FROM api.token_create(sha256('root'), '{}', '\xff');
-- Pages.
SELECT jsonb_array_length(body::jsonb -> 'results') AS rows, body::jsonb ->> 'next' AS next FROM api.tokens(sha256('root'), '{"limit": ["2"]}', NULL) \gset
SELECT :rows AS rows, body::jsonb #>> '{results,0,id}' > '2' AS further
  FROM api.tokens(sha256('root'), jsonb_build_object('limit', '["2"]'::jsonb, 'cursor', jsonb_build_array(:'next')), NULL);
SELECT status, body::jsonb #>> '{errors,0,code}' FROM api.tokens(sha256('root'), '{"limt": ["2"]}', NULL);
-- A rate of its own.
SELECT status, body::jsonb ->> 'rate_limit' AS rate_limit FROM api.token_create(sha256('root'), '{}', '{"name": "a", "role": "admin", "rate_limit": 600}');
SELECT t.rate, r.status, r.body::jsonb #>> '{errors,0,pointer}' AS pointer
  FROM unnest(ARRAY['0', '-1', '1.5', '1e3', '351.0', '1000001', '99999999999', 'true', '[5]', '"10"']) t (rate),
       api.token_create(sha256('root'), '{}', convert_to(format('{"name": "a", "role": "admin", "rate_limit": %s}', t.rate), 'UTF8')) r;
-- The front end asks which tokens are valid, and tells of their use.
SELECT auth.adopt_token('limited', 'submitter', sha256('limited')) AS limited \gset
UPDATE auth.token SET rate_limit = 60 WHERE token_id = :limited;
SELECT auth.adopt_token('stale', 'submitter', sha256('stale')) > 0 AS stale;
UPDATE auth.token SET expires_at = now() WHERE hash = sha256('stale');
SET ROLE receipts_producer;
SELECT ordinal, token_id = :limited AS limited, rate_limit FROM api.known_tokens(ARRAY[sha256('nobody'), sha256('limited'), sha256('stale'), sha256('root')]) ORDER BY 1;
SELECT ordinal, rate_limit FROM api.tokens_used(ARRAY[sha256('limited'), sha256('nobody'), sha256('limited')], '{5000,0,2000}') ORDER BY 1;
SELECT * FROM auth.token_use;
RESET ROLE;
SELECT round(extract(epoch FROM clock_timestamp() - last_used_at)) AS seconds_ago FROM auth.token_use WHERE token_id = :limited;
-- What is told late does not turn the clock back.
SELECT count(*) FROM api.tokens_used(ARRAY[sha256('limited')], '{60000}');
SELECT round(extract(epoch FROM clock_timestamp() - last_used_at)) AS seconds_ago FROM auth.token_use WHERE token_id = :limited;
