-- Test "numbers" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
SET pg_receipts.total_amount_rule = off;
SET pg_receipts.nds_amount_rule = off;
CREATE TABLE pg_temp.numbers(n serial, t text);
INSERT INTO pg_temp.numbers(t) SELECT unnest(ARRAY['0','-0','0.0','0.00','-0.00','0e5','-0e-5','0e999999999','0.000000000000','1','1.5','1.50','1.500000000','0.01','0.001','0.010','1.50e1','15e-1','15e-2','15e-3','150e-3','1E2','1e+2','1e14','1e15','999999999999999','999999999999999.99','999999999999999.990','999999999999999.999','1000000000000000','99999999999999999999','0.00000000000000000000000000001','1e999999999','1e-999999999','1e99999999999999999999','-1e99999999999999999999','0.0000001e8','-1','-0.01','-1e-10','1e-2','1e-3','123456789012345678901234567890e-15','123456789012345670000000000000e-15']);
-- money
SELECT t, r.total_amount, c.canonical::json ->> 'total_amount' AS canonical, r.errors -> 0 ->> 'code' AS code, r.errors -> 0 ->> 'message' AS message
  FROM pg_temp.numbers, receipt_parse(pg_temp.receipt(ARRAY['total_amount', t])) AS r, receipt_normalize(pg_temp.receipt(ARRAY['total_amount', t])) AS c ORDER BY n;
-- price
SELECT t, (r.items)[1].price, c.canonical::json #>> '{items,0,price}' AS canonical, r.errors -> 0 ->> 'code' AS code
  FROM (SELECT n, t FROM pg_temp.numbers UNION ALL SELECT * FROM (VALUES (101, '0.0001'), (102, '0.00001'), (103, '999999999999.9999'), (104, '1000000000000'), (105, '1.2300'), (106, '1.234')) v(n, t)) AS u(n, t),
       receipt_parse(pg_temp.receipt(ARRAY['item.price', t])) AS r, receipt_normalize(pg_temp.receipt(ARRAY['item.price', t])) AS c ORDER BY n;
-- quantity
SELECT t, (r.items)[1].quantity, c.canonical::json #>> '{items,0,quantity}' AS canonical, r.errors -> 0 ->> 'code' AS code
  FROM (SELECT n, t FROM pg_temp.numbers UNION ALL SELECT * FROM (VALUES (101, '0.000001'), (102, '0.0000001'), (103, '999999999.999999'), (104, '1000000000'), (105, '1.2300')) v(n, t)) AS u(n, t),
       receipt_parse(pg_temp.receipt(ARRAY['item.quantity', t])) AS r, receipt_normalize(pg_temp.receipt(ARRAY['item.quantity', t])) AS c ORDER BY n;
-- every number that is taken is the one that numeric reads
SELECT count(*) AS taken, count(*) FILTER (WHERE r.nds_amount IS DISTINCT FROM t::numeric) AS wrong
  FROM pg_temp.numbers, receipt_parse(pg_temp.receipt(ARRAY['nds_amount', t])) AS r WHERE r.errors IS NULL AND t !~ 'e9999';
-- tips: absent and null are 0
SELECT r.tips_amount, c.canonical::json ->> 'tips_amount' AS canonical FROM (VALUES (1, ''), (2, 'null'), (3, '0')) AS v(n, t),
       receipt_parse(pg_temp.receipt(ARRAY['tips_amount', t])) AS r, receipt_normalize(pg_temp.receipt(ARRAY['tips_amount', t])) AS c ORDER BY n;
-- not JSON
SELECT t, p.code, p.message FROM unnest('{01,1.,.5,+1,1e,1e+,--1,0x1,NaN,Infinity,1_0}'::text[]) WITH ORDINALITY AS u(t, n), receipt_problems(pg_temp.receipt(ARRAY['total_amount', t])) WITH ORDINALITY AS p ORDER BY n, ordinality;
-- line sums are rounded half away from zero
SET pg_receipts.total_amount_rule = reject;
SELECT quantity, price, round(quantity::numeric * price::numeric, 2) AS line, receipt_is_valid(pg_temp.receipt(ARRAY['item.quantity', quantity, 'item.price', price, 'total_amount', round(quantity::numeric * price::numeric, 2)::text])) AS valid
  FROM (VALUES (1, '0.5', '0.01'), (2, '0.499999', '0.01'), (3, '1.5', '0.01'), (4, '999999999.999999', '999999'), (5, '0.000001', '0.0001'), (6, '3', '33.3333'), (7, '1', '0.005'), (8, '1', '0.0049')) AS v(n, quantity, price) ORDER BY n;
