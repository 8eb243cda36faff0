-- Intake: verdicts, journal, outbox.
\set VERBOSITY terse
\pset null -
SELECT auth.adopt_token('till', 'submitter', sha256('till')) AS till \gset
SELECT auth.adopt_token('bound', 'submitter', sha256('bound'), '{p1}') AS bound \gset
SELECT auth.adopt_token('chain', 'submitter', sha256('chain'), '{p1,p2}') AS chain \gset
SELECT auth.adopt_token('analyst', 'analyst', sha256('analyst')) AS analyst \gset
SELECT auth.adopt_token('admin', 'admin', sha256('admin')) AS admin \gset
INSERT INTO journal.place VALUES ('p1', 'Place One', NULL), ('nyc', NULL, 'America/New_York');
-- A receipt with a few parts to choose; text, so that digits stay as written.
CREATE FUNCTION pg_temp.body(id text, at text DEFAULT '2024-02-07T12:34:56Z', place text DEFAULT NULL, total text DEFAULT '27.47')
RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id": "%s", "timestamp": "%s", %s "items": [{"product_id": "1", "quantity": 2, "price": 10.99, "category": "a"}, {"product_id": "2", "quantity": 1, "price": 5.49, "category": "b"}], "total_amount": %s, "nds_amount": 2.47, "payment_method": "card"}',
        id, at, CASE WHEN place IS NOT NULL THEN format('"place_id": "%s",', place) ELSE '' END, total), 'UTF8') $$;
CREATE FUNCTION pg_temp.submit(token text, VARIADIC bodies bytea[])
RETURNS TABLE (ordinal int, status int, verdict text, id text, place text, warnings text, codes text) LANGUAGE sql AS $$
    SELECT s.ordinal, s.status, b ->> 'status', b ->> 'transaction_id', b ->> 'place_id', b #>> '{warnings,0,code}',
           (SELECT string_agg(e ->> 'code', ',') FROM jsonb_array_elements(b -> 'errors') e)
      FROM api.submit((SELECT array_agg(sha256(convert_to(token, 'UTF8'))) FROM unnest(bodies)), bodies,
                      array_fill('10.0.0.1'::inet, ARRAY[cardinality(bodies)]),
                      array_fill('req'::text, ARRAY[cardinality(bodies)])) s,
           LATERAL (SELECT s.body::jsonb) j (b) $$;
-- Accepted; the same again; other content; in one batch and one after the other.
SELECT * FROM pg_temp.submit('till', pg_temp.body('S1'), pg_temp.body('S1'), pg_temp.body('S1', total => '27.48'), pg_temp.body('S0'));
SELECT * FROM pg_temp.submit('till', pg_temp.body('S1'), pg_temp.body('S1', total => '20'), pg_temp.body('S2', total => '20'));
-- Not the same: other place, other instant. The same: the instant written otherwise.
SELECT * FROM pg_temp.submit('till', pg_temp.body('S1', place => 'p9'), pg_temp.body('S1', at => '2024-02-07T15:34:56+03:00'), pg_temp.body('S1', at => '2024-02-07T15:34:56+04:00'));
-- Places of the token.
SELECT * FROM pg_temp.submit('bound', pg_temp.body('B1'), pg_temp.body('B2', place => 'p1'), pg_temp.body('B3', place => 'p2'));
SELECT * FROM pg_temp.submit('chain', pg_temp.body('C1', place => 'p1'), pg_temp.body('C2', place => 'p2'), pg_temp.body('C3'), pg_temp.body('C4', place => 'p3'));
SELECT * FROM pg_temp.submit('admin', pg_temp.body('A1'));
-- Turned away; nothing of it is journaled.
SELECT * FROM pg_temp.submit('analyst', pg_temp.body('X1'));
SELECT * FROM pg_temp.submit('nobody', pg_temp.body('X1'));
SELECT status, headers FROM api.submit(ARRAY[NULL]::bytea[], ARRAY[pg_temp.body('X1')], '{10.0.0.1}', '{req}');
-- Refused beside accepted ones: each stands alone.
SELECT * FROM pg_temp.submit('till', 'garbage', pg_temp.body('R1'), '\xff00', '{}', pg_temp.body('R2', at => 'yesterday', total => '-1'), '');
-- Without an offset the zone of the place counts, else the configured one.
SELECT * FROM pg_temp.submit('till', pg_temp.body('Z1', '2024-07-01T12:00:00', 'nyc'), pg_temp.body('Z2', '2024-07-01T12:00:00', 'p7'), pg_temp.body('Z3', '2024-07-01T12:00:00Z', 'nyc'));
SELECT key, value::jsonb ->> 'timestamp' AS "timestamp" FROM journal.outbox WHERE value::jsonb ->> 'transaction_id' LIKE 'Z_' ORDER BY receipt_id;
-- The rule a DBA sets.
SET pg_receipts.total_amount_rule = 'reject';
SELECT * FROM pg_temp.submit('till', pg_temp.body('S1', total => '27.47'), pg_temp.body('S3', total => '20'));
SET pg_receipts.total_amount_rule = 'off';
SELECT * FROM pg_temp.submit('till', pg_temp.body('S3', total => '20'));
RESET pg_receipts.total_amount_rule;
-- The journal has every one, with its bytes.
SELECT outcome, count(*), count(DISTINCT transaction_id) AS ids, bool_and(address = '10.0.0.1' AND request_id = 'req') AS known
  FROM journal.receipt GROUP BY outcome ORDER BY 1;
SELECT transaction_id, outcome, place_id, body = pg_temp.body('S1') AS as_sent, token_id = :till AS by_till,
       errors #>> '{0,code}' AS error, warnings #>> '{0,code}' AS warning
  FROM journal.receipt ORDER BY receipt_id;
SELECT encode(body, 'escape') FROM journal.receipt WHERE transaction_id IS NULL ORDER BY receipt_id;
-- The outbox has the accepted ones, and so has journal.accepted.
SELECT count(*) FROM journal.outbox o FULL JOIN journal.accepted a USING (receipt_id) WHERE o.receipt_id IS NULL OR a.receipt_id IS NULL;
SELECT key, value FROM journal.outbox ORDER BY receipt_id LIMIT 3;
-- A token that has expired or was revoked.
UPDATE auth.token SET expires_at = now() - interval '1 second' WHERE name = 'bound';
SELECT auth.revoke_token(:chain);
SELECT * FROM pg_temp.submit('bound', pg_temp.body('B9'));
SELECT * FROM pg_temp.submit('chain', pg_temp.body('C9', place => 'p1'));
SELECT auth.revoke_expired();
-- Nothing at all.
SELECT * FROM api.submit('{}', '{}', '{}', '{}');
