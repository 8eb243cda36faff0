-- Test "parse" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
\x on
SELECT * FROM receipt_parse(pg_temp.receipt());
SELECT * FROM receipt_parse(convert_to(pg_temp.receipt(), 'UTF8'), 'D', 'Shop D', 'Europe/Moscow');
SELECT * FROM receipt_parse(pg_temp.receipt('{total_amount,22,place_id,"\"A\"",place_name,"\"Shop A\""}'));
SELECT * FROM receipt_parse(pg_temp.receipt('{payment_method,"",item.price,-1}'));
\x off
SELECT i.* FROM receipt_parse(pg_temp.receipt(ARRAY['items', '[{"product_id":"B","quantity":1.5,"price":1,"category":"C"},{"product_id":"A","quantity":1,"price":20.1234,"category":"Д","note":1}]'])) AS r, unnest(r.items) WITH ORDINALITY AS i ORDER BY ordinality;
-- the summary of a receipt is that of the aggregate over it
SELECT r.summary::jsonb FROM receipt_parse(pg_temp.receipt()) AS r;
SELECT merge(r.summary) = receipt_summary_agg(r.total_amount, r.nds_amount, r.tips_amount, r.payment_method, r.items) AS same
  FROM receipt_parse(pg_temp.receipt(ARRAY['items', '[{"product_id":"B","quantity":1.5,"price":1,"category":"C"},{"product_id":"A","quantity":1,"price":20.1234,"category":"Д"},{"product_id":"A","quantity":1,"price":2,"category":"C"}]'])) AS r;
-- in a row of many, and as a value
SELECT r.transaction_id, r.total_amount FROM generate_series(1, 5) AS i, receipt_parse(pg_temp.receipt(ARRAY['transaction_id', '"T' || i || '"', 'total_amount', CASE i WHEN 3 THEN '-1' ELSE i::text END])) AS r ORDER BY i;
SELECT (receipt_normalize(pg_temp.receipt())).place_id;
SELECT receipt_problems(pg_temp.receipt('{items,"[]"}'));
SELECT receipt_problems(pg_temp.receipt());
-- Items are written as bytes: the very bytes that PostgreSQL itself would make, at the lengths where headers and alignment change too
SELECT count(*) AS receipts, count(*) FILTER (WHERE NOT record_image_eq(ROW(r.items), ROW(ARRAY(SELECT ROW(i.product_id || '', i.quantity + 0, i.price + 0, i.category || '')::receipt_item FROM unnest(r.items) WITH ORDINALITY AS i ORDER BY ordinality)))) AS wrong,
       count(*) FILTER (WHERE (r.items[2]).product_id IS DISTINCT FROM repeat(c, a) OR (r.items[2]).category IS DISTINCT FROM repeat(c, b) OR (r.items[2]).price IS DISTINCT FROM 999999999999.9999) AS wrong_values
  FROM unnest('{x,ё,😀}'::text[]) AS c, unnest('{1,2,3,4,31,32,62,63,64,120,125,126,127,128}'::int[]) AS a, unnest('{1,4,31,32,63,64,125,126,127,128}'::int[]) AS b,
       receipt_parse(pg_temp.receipt(ARRAY['items', format('[{"product_id":"%s","quantity":1.5,"price":1,"category":"%s"},{"product_id":"%s","quantity":0.000001,"price":999999999999.9999,"category":"%s"},{"product_id":"A","quantity":999999999.999999,"price":0,"category":"C"}]', repeat(c, b), repeat(c, a), repeat(c, a), repeat(c, b))])) AS r;
