-- Test "canonical" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
CREATE TABLE pg_temp.inputs(n serial, t text);
INSERT INTO pg_temp.inputs(t) VALUES
    (pg_temp.receipt()),
    (' { "payment_method" : "card" , "tips_amount" : 1 , "nds_amount" : 3.5e0, "total_amount" : 2.1E1, "items" : [ { "category" : "Food", "price" : 10.5, "quantity" : 2.000, "product_id" : "P1" } ] , "timestamp" : "2024-05-01 15:00+03:00" , "transaction_id" : "\u00541" } '),
    (pg_temp.receipt('{tips_amount,""}')),
    (pg_temp.receipt(ARRAY['zeta', '1', 'alpha', '[ 1 , 2.50 , {"b" : 1, "a" : 2} , null , true , false, "x\/y" ]', 'Beta', '{}', 'ё', '"\u0451\t\u001f"', 'alph', '1e5'])),
    (pg_temp.receipt(ARRAY['item.zeta', '{ "x" : [ ] }', 'item.barcode', '"00123"', 'item.alpha', '-0.0'])),
    (pg_temp.receipt(ARRAY['place', '{"city":"Perm","place_name":"N\u0022","place_id":"A"}'])),
    (pg_temp.receipt(ARRAY['item.price', '10.5000', 'item.quantity', '0.000001'])),
    (pg_temp.receipt(ARRAY['item.price', '0.1234', 'item.quantity', '1e8'])),
    (pg_temp.receipt(ARRAY['transaction_id', '"a\"b\\c/d😀\u00a0"', 'place_id', '"\u007e"', 'place_name', '"Магазин"'])),
    (pg_temp.receipt(ARRAY['items', '[{"product_id":"B","quantity":1,"price":1,"category":"C"},{"product_id":"A","quantity":1,"price":20,"category":"C"}]'])),
    (pg_temp.receipt(ARRAY['timestamp', '"2024-05-01T12:00:00.120Z"']));
SELECT n, r.canonical, r.errors FROM pg_temp.inputs, receipt_normalize(t) AS r ORDER BY n;
-- the same receipt has the same digest however it is written; the first three
SELECT n, encode(r.digest, 'hex') AS digest FROM pg_temp.inputs, receipt_normalize(t) AS r ORDER BY n;
-- the digest is SHA-256 of the canonical form; that form is its own canonical form
SELECT count(*) AS receipts,
       count(*) FILTER (WHERE r.digest = sha256(convert_to(r.canonical, 'UTF8'))) AS digests,
       count(*) FILTER (WHERE again.canonical = r.canonical AND again.digest = r.digest) AS idempotent,
       count(*) FILTER (WHERE bytes = r) AS same_of_bytes,
       count(*) FILTER (WHERE r.canonical::jsonb IS NOT NULL) AS jsonb
  FROM pg_temp.inputs, receipt_normalize(t) AS r, receipt_normalize(r.canonical) AS again, receipt_normalize(convert_to(t, 'UTF8')) AS bytes;
-- parsing the canonical form yields what parsing the receipt yields
SELECT count(*) AS differ FROM pg_temp.inputs, receipt_normalize(t) AS r, receipt_parse(t) AS a, receipt_parse(r.canonical) AS b WHERE a::text <> b::text;
-- defaults become part of it
SELECT r.canonical FROM receipt_normalize(pg_temp.receipt('{timestamp,"\"2024-05-01T12:00\""}'), 'D"1', 'Shop "D"', 'Europe/Moscow') AS r;
SELECT again.canonical = r.canonical AS same FROM receipt_normalize(pg_temp.receipt(), 'D', 'Shop') AS r, receipt_normalize(r.canonical) AS again;
