-- Receipts with random damage: always an answer, the same from all functions.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_receipts;
RESET client_min_messages;
SELECT setseed(0.2026);
CREATE TABLE damaged AS
SELECT n, overlay(b PLACING decode(lpad(to_hex((random() * 255)::int), 2, '0'), 'hex') FROM 1 + (random() * (length(b) - 1))::int FOR 1 + n % 3) AS r
  FROM generate_series(1, 20000) n,
       convert_to('{"transaction_id":"T1","timestamp":"2024-02-07T12:34:56+03:00","place":{"place_id":"p","place_name":"P\u0416"},"items":[{"product_id":"1","quantity":2,"price":10.99,"category":"a"},{"product_id":"2","quantity":1e0,"price":5.49,"category":"\"b\"","x":[{"y":null}]}],"total_amount":27.47,"nds_amount":2.47,"tips_amount":3.00,"payment_method":"card","z":{"a":[1,2,{"b":true}]}}', 'UTF8') b;
SELECT count(*) AS judged,
       count(*) FILTER (WHERE receipt_is_valid(r) <> (n.errors IS NULL)) AS normalize_differs,
       count(*) FILTER (WHERE receipt_is_valid(r) <> (p.errors IS NULL)) AS parse_differs,
       count(*) FILTER (WHERE n.errors IS DISTINCT FROM p.errors) AS errors_differ,
       count(*) FILTER (WHERE n.canonical IS NOT NULL AND (receipt_normalize(n.canonical)).digest <> n.digest) AS unstable,
       count(*) FILTER (WHERE n.canonical::jsonb IS NULL AND n.errors IS NULL) AS not_json,
       count(*) FILTER (WHERE n.errors IS NULL) > 500 AS some_valid, count(*) FILTER (WHERE n.errors IS NOT NULL) > 5000 AS some_not
  FROM damaged, receipt_normalize(r) n, receipt_parse(r) p;
DROP TABLE damaged;
