-- Judging again, sending again, the journal and batches by HTTP.
\set VERBOSITY terse
\pset null -
SELECT auth.adopt_token('till', 'submitter', sha256('till')) > 0 AS made, auth.adopt_token('admin', 'admin', sha256('admin')) > 0 AS made,
       auth.adopt_token('lost', 'submitter', sha256('lost')) > 0 AS made;
CREATE FUNCTION pg_temp.body(id text, at text, place text, total text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id": "%s", "timestamp": "%s", "place_id": "%s", "items": [{"product_id": "1", "quantity": 1, "price": 5, "category": "a"}], "total_amount": %s, "nds_amount": 0, "payment_method": "card"}', id, at, place, total), 'UTF8') $$;
-- Refused by a strict rule, with a token that is revoked later.
SET pg_receipts.total_amount_rule = 'reject';
SELECT s.status FROM api.submit(array_fill(sha256('lost'), ARRAY[3]),
    ARRAY[pg_temp.body('RS1', '2024-02-07T12:00:00Z', 'rs', '4'), pg_temp.body('RS2', '2024-02-07T12:00:00Z', 'rs', '5'), 'garbage'],
    array_fill('10.0.0.2'::inet, ARRAY[3]), array_fill('rs'::text, ARRAY[3])) s ORDER BY s.ordinal;
SELECT auth.revoke_token(token_id) FROM auth.token WHERE name = 'lost';
SELECT judged >= 2 AS judged, accepted FROM journal.resubmit(now() - interval '1 hour');
RESET pg_receipts.total_amount_rule;
SELECT judged >= 2 AS judged, accepted FROM journal.resubmit(now() - interval '1 hour');
-- Once accepted it is not judged again.
SELECT accepted FROM journal.resubmit(now() - interval '1 hour');
SELECT event, detail ? 'original_id' AS has_original FROM journal.event WHERE transaction_id = 'RS1' ORDER BY at, event DESC;
SELECT status, count(*) FROM journal.receipt_status WHERE transaction_id LIKE 'RS_' GROUP BY 1 ORDER BY 1;
-- Sent again: the same receipts (names as known now), also those read by a zone that has changed since.
INSERT INTO journal.place VALUES ('zoned', 'Zoned', 'Asia/Tokyo');
SELECT s.status FROM api.submit(ARRAY[sha256('till')], ARRAY[pg_temp.body('RP1', '2024-02-07T12:00:00', 'zoned', '5')], '{10.0.0.2}', '{rp}') s;
UPDATE journal.place SET timezone = 'Europe/Paris', place_name = 'Renamed' WHERE place_id = 'zoned';
CREATE TEMP TABLE sent AS SELECT * FROM journal.outbox;
DELETE FROM journal.outbox;
SELECT journal.republish('-infinity') = (SELECT count(*) FROM journal.accepted) AS all_of_them;
SELECT journal.republish('-infinity') AS again_while_queued;
SELECT count(*) AS differ FROM sent s JOIN journal.outbox o USING (receipt_id) WHERE s.key <> o.key OR s.value::jsonb - 'place_name' <> o.value::jsonb - 'place_name';
SELECT value::jsonb ->> 'timestamp' AS instant FROM journal.outbox WHERE value LIKE '%RP1%';
-- The journal, newest first.
SELECT status, jsonb_array_length(body::jsonb -> 'results') AS rows, body::jsonb #>> '{results,0,transaction_id}' AS newest,
       body::jsonb #>> '{results,0,body}' LIKE '{"transaction_id": "RP1"%' AS bytes
  FROM api.journal(sha256('admin'), '{"limit": ["2"]}', NULL);
SELECT DISTINCT r ->> 'outcome' AS outcome FROM api.journal(sha256('admin'), '{"outcome": ["rejected"], "from": ["2024-01-01"]}', NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r;
SELECT count(*) > 0 AS in_base64 FROM api.journal(sha256('admin'), '{"outcome": ["rejected"]}', NULL) a, jsonb_array_elements(a.body::jsonb -> 'results') r WHERE r ->> 'body' IS NULL AND r ->> 'body_base64' IS NOT NULL;
SELECT status, body::jsonb #>> '{errors,0,parameter}' FROM api.journal(sha256('admin'), '{"outcome": ["lost"]}', NULL);
SELECT (api.journal(sha256('till'), '{}', NULL)).status;
-- A batch: each stands alone; results continue the numbering.
SELECT accepted, duplicates, conflicts, rejected, ('[' || results || ']')::jsonb AS results, refused
  FROM api.submit_batch(sha256('till'), ARRAY[pg_temp.body('BT1', '2024-02-07T12:00:00Z', 'b', '5'), pg_temp.body('BT1', '2024-02-07T12:00:00Z', 'b', '5'),
                        pg_temp.body('BT1', '2024-02-07T12:00:00Z', 'b', '6'), '{}', pg_temp.body('BT2', '2024-02-07T12:00:00Z', 'b', '6')], '10.0.0.3', 'bt', 500);
SELECT accepted, results, (refused).status FROM api.submit_batch(NULL, ARRAY['x'::bytea], '10.0.0.3', 'bt', 0);
-- After a restore: no id and no epoch is given twice, and a relay from before is fenced.
BEGIN;
UPDATE journal.relay_lease SET expires_at = '-infinity';
SELECT journal.relay_acquire('before', '1 hour') AS epoch, nextval('journal.receipt_id_seq') AS id \gset
SET ROLE receipts_admin;
SELECT next_receipt_id - :id AS gap, lease_epoch - :epoch AS epochs FROM journal.after_restore();
RESET ROLE;
SELECT nextval('journal.receipt_id_seq') > :id + 1000000000 - 1 AS far_on;
SELECT journal.relay_acquire('after', '1 hour') > :epoch + 1000000 AS at_once;
SELECT count(*) FROM journal.outbox_fetch(:epoch, 0, 1);
ROLLBACK;
