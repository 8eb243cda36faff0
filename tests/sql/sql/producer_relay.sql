-- The relay: lease, pages, acknowledgements, the life of a receipt.
\set VERBOSITY terse
\pset null -
TRUNCATE journal.outbox, journal.publication;
SELECT auth.adopt_token('till', 'submitter', sha256('till')) AS till \gset
SELECT auth.adopt_token('elsewhere', 'submitter', sha256('elsewhere'), '{q}') AS elsewhere \gset
SELECT array_agg(status) FROM api.submit(
    array_fill(sha256('till'), ARRAY[5]),
    (SELECT array_agg(convert_to(format('{"transaction_id": "L%s", "timestamp": "2024-02-07T12:00:00Z", "place_id": "p", "items": [{"product_id": "1", "quantity": 1, "price": 1, "category": "a"}], "total_amount": 1, "nds_amount": 0, "payment_method": "card"}', n), 'UTF8')) FROM generate_series(1, 5) n),
    array_fill('10.0.0.1'::inet, ARRAY[5]), array_fill('req'::text, ARRAY[5]));
SET ROLE receipts_relay;
SELECT journal.relay_acquire('one', '1 minute') AS epoch \gset
SELECT journal.relay_acquire('two', '1 minute') AS while_one_has_it;
SELECT journal.relay_acquire('one', '1 minute') = :epoch AS renewed;
SELECT key, value::jsonb ->> 'transaction_id' AS id, ce_id = receipt_id::text AS ce_id, ce_time ~ 'Z$' AS utc
  FROM journal.outbox_fetch(:epoch, 0, 3);
SELECT max(receipt_id) AS last, array_agg(receipt_id) AS ids FROM journal.outbox_fetch(:epoch, 0, 3) \gset
SELECT value::jsonb ->> 'transaction_id' AS id FROM journal.outbox_fetch(:epoch, :last, 3);
-- Only what was acknowledged goes.
SELECT journal.outbox_acknowledge(:epoch, 'receipts.v1', :'ids', '{0,1,0}', '{7,4,8}');
SELECT value::jsonb ->> 'transaction_id' AS id FROM journal.outbox_fetch(:epoch, 0, 9);
-- Again is harmless.
SELECT journal.outbox_acknowledge(:epoch, 'receipts.v1', :'ids', '{0,1,0}', '{9,5,10}');
-- A relay whose lease has gone to another is refused.
SELECT journal.relay_release(:epoch);
SELECT count(*) FROM journal.outbox_fetch(:epoch, 0, 9);
SELECT journal.relay_acquire('two', '1 minute') = :epoch + 1 AS next_epoch;
SELECT journal.outbox_acknowledge(:epoch, 'receipts.v1', :'ids', '{0,1,0}', '{9,5,10}');
-- It can do nothing else.
SELECT * FROM journal.outbox;
DELETE FROM journal.receipt;
SELECT * FROM auth.token;
RESET ROLE;
-- Where a receipt is, by HTTP.
SELECT r.status, b ->> 'status' AS state, b ->> 'partition' AS part, b ->> 'offset' AS off, b ->> 'published_at' IS NOT NULL AS published
  FROM generate_series(3, 6) n, api.check_status(sha256('till'), jsonb_build_object('transaction_id', jsonb_build_array('L' || n)), NULL) r,
       LATERAL (SELECT r.body::jsonb) j (b);
SELECT (api.check_status(sha256('elsewhere'), '{"transaction_id": ["L1"]}', NULL)).status AS of_another_place;
-- The event log.
SELECT event, detail - 'token_id' AS detail FROM journal.event WHERE transaction_id = 'L1' ORDER BY at, event DESC;
SELECT event, count(*) FROM journal.event WHERE transaction_id LIKE 'L_' GROUP BY 1 ORDER BY 1;
-- Figures.
SELECT name, labels, CASE WHEN name LIKE '%seconds' THEN value >= 0 ELSE value > 0 END AS sane FROM api.metrics();
