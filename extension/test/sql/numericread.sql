-- Test "numericread" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
-- The aggregate reads numerics by their bytes; here are all shapes of them
CREATE FUNCTION pg_temp.read(v numeric) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN total_amount(receipt_summary_agg(v, 0, 0, NULL, NULL))::text;
EXCEPTION WHEN numeric_value_out_of_range THEN RETURN SQLERRM;
END $$;
SELECT v, pg_temp.read(v::numeric) FROM unnest('{0,0.0,0.00000,-0,1,-1,9999,10000,10001,99999999,100000000,0.1,0.01,0.001,0.0100,0.0001,1.10,10000.01,-10000.01,12345678.90,123456789012345.67,92233720368547758.07,-92233720368547758.07,-92233720368547758.08,92233720368547758.08,1e17,1e20,1e40,1e1000,1e-10,1e-1000,NaN,Infinity,-Infinity,100.0000000000000000000000000000,1e4,1e8,1e12,1e16,5000000000000000}'::text[]) WITH ORDINALITY AS u(v, n) ORDER BY n;
-- every scale and size, each sign, also with a declared scale and in the long form (many zeros behind the point)
SELECT count(*) AS numbers, count(*) FILTER (WHERE pg_temp.read(v) IS DISTINCT FROM round(v, 2)::text) AS wrong
  FROM (SELECT (sign * trunc((m || repeat('7', 18))::numeric / 10 ^ shift::numeric * 100) / 100) AS v FROM (VALUES (1), (-1)) AS a(sign), generate_series(1, 99) AS m, generate_series(4, 21) AS shift) AS x;
SELECT count(*) AS numbers, count(*) FILTER (WHERE pg_temp.read(v) IS DISTINCT FROM round(v, 2)::text) AS wrong
  FROM (SELECT (n * 37 % 1000003)::numeric / 100 + round(0::numeric, 70) AS v FROM generate_series(-2000, 2000) AS n) AS x;
SELECT count(*) AS numbers, count(*) FILTER (WHERE pg_temp.read(v) NOT LIKE '%too many decimals') AS wrong
  FROM (SELECT round(n * 1e-3, s) AS v FROM generate_series(-2000, 2000) AS n, unnest('{3,5,20,70}'::int[]) AS s WHERE n % 10 <> 0) AS x;
-- from a table, with short and long headers; a quantity and a price at their own scales
CREATE TABLE pg_temp.stored(q numeric(20, 6), p numeric(20, 4), t numeric, filler text);
INSERT INTO pg_temp.stored SELECT n * 0.000123, n * 0.0457, n * 0.01 + round(0, n % 50), repeat('x', n % 5) FROM generate_series(1, 3000) AS n;
SELECT total_amount(s) = (SELECT sum(t) FROM pg_temp.stored) AS totals, quantity = (SELECT sum(q) FROM pg_temp.stored) AS quantities, total_spent = (SELECT sum(round(q * p, 2)) FROM pg_temp.stored) AS spent
  FROM (SELECT receipt_summary_agg(t, 0, 0, 'card', ARRAY[('P', q, p, 'c')::receipt_item]) AS s FROM pg_temp.stored) AS x, categories(s);
-- Numerics are made as bytes too: the very bytes that numeric itself would make
SELECT count(*) AS numbers, count(*) FILTER (WHERE NOT record_image_eq(ROW(total_amount(s)), ROW(v))) AS wrong
  FROM (SELECT v, receipt_summary_agg(v, 0, 0, NULL, NULL) AS s
          FROM (SELECT DISTINCT (sign * m * 10 ^ e::numeric)::numeric(20, 2) AS v FROM (VALUES (1), (-1)) AS a(sign), generate_series(-2, 12) AS e, unnest('{0,1,7,10,12,99,100,101,999,1000,1001,9999,1.01,1.23}'::numeric[]) AS m) AS x GROUP BY v) AS y;
SELECT count(*) AS numbers, count(*) FILTER (WHERE NOT record_image_eq(ROW((items[1]).quantity), ROW(trim_scale(q)))) AS wrong_quantities,
       count(*) FILTER (WHERE NOT record_image_eq(ROW((items[1]).price), ROW(round(p, greatest(2, min_scale(p)))))) AS wrong_prices
  FROM (SELECT 1.5 * 10 ^ (e::numeric) * m AS q, p FROM generate_series(-5, 7) AS e, unnest('{1,2,3.1,9.9}'::numeric[]) AS m, unnest('{0,0.0001,0.01,0.1,1,1.2345,10000,10000.0001,99999999.99,999999999999.9999}'::numeric[]) AS p) AS x,
       receipt_parse(pg_temp.receipt(ARRAY['item.quantity', trim_scale(round(q, 6))::text, 'item.price', p::text])) WHERE q < 1e9 AND min_scale(q) <= 6;
