-- The canonical form and its digest.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_receipts;
RESET client_min_messages;
SET timezone = 'UTC';
CREATE TABLE sent (n int, receipt text);
INSERT INTO sent VALUES
 (1, '{"transaction_id": "T1", "timestamp": "2024-02-07T12:34:56Z", "items": [{"product_id": "1", "quantity": 2, "price": 10.99, "category": "a"}], "total_amount": 21.98, "nds_amount": 2, "payment_method": "card"}'),
 (2, ' { "payment_method" : "card", "nds_amount": 2.00, "tips_amount": null, "total_amount": 2198e-2, "items": [{"category": "\u0061", "price": 10.9900, "quantity": 2.0, "product_id": "1"}], "timestamp": "2024-02-07T15:34:56+03:00", "transaction_id": "T1", "place": {}}'),
 (3, '{"zz": [1, {"b": 2, "a": 1e2}], "Aa": "\u0416\n", "transaction_id": "T\"2", "timestamp": "2024-02-07T12:34:56.25", "place": {"place_id": "p", "place_name": "П"}, "items": [{"product_id": "1", "quantity": 0.5, "price": 1, "category": "a", "barcode": "x"}], "total_amount": 0.5, "nds_amount": 0, "tips_amount": 1, "payment_method": "card"}');
SELECT n, canonical FROM sent, receipt_normalize(receipt) ORDER BY n;
SELECT count(DISTINCT digest) FROM sent, receipt_normalize(receipt) WHERE n < 3;
SELECT n, digest = sha256(convert_to(canonical, 'UTF8')) AS digest, (receipt_normalize(canonical)).canonical = canonical AS stable, place_given, zone_given FROM sent, receipt_normalize(receipt) ORDER BY n;
-- Defaults: the place of the token, the zone of the place.
SELECT place_id, place_name, place_given, occurred_at FROM sent, receipt_normalize(receipt, 'tp', 'Token''s', 'Asia/Tokyo') ORDER BY n;
SELECT place_id, place_name FROM receipt_normalize((SELECT receipt FROM sent WHERE n = 1), NULL, NULL, NULL);
SELECT occurred_at FROM receipt_normalize((SELECT replace(receipt, '56.25', '56') FROM sent WHERE n = 3), NULL, NULL, 'Mars/Olympus');
-- Errors leave only what was read.
SELECT transaction_id, place_id, canonical, digest, errors FROM receipt_normalize('{"transaction_id": "T1", "place_id": "p"}'::bytea);
SELECT warnings FROM receipt_normalize((SELECT replace(receipt, '21.98', '20') FROM sent WHERE n = 1));
SELECT receipt_normalize(NULL::text) IS NULL AS nothing;
-- As columns.
SELECT transaction_id, place_id, place_name, occurred_at, total_amount, nds_amount, tips_amount, payment_method, items FROM sent, receipt_parse(receipt) ORDER BY n;
SELECT n, summary::json FROM sent, receipt_parse(convert_to(receipt, 'UTF8')) ORDER BY n;
DROP TABLE sent;
