-- Summaries: equal to plain SQL, mergeable, exact, checked.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_receipts;
RESET client_min_messages;
CREATE TABLE sold AS
SELECT n AS id, 'shop' || n % 7 AS shop, (ARRAY['card', 'cash', 'voucher'])[1 + n * 7 % 3] AS method, (n * 37 % 1000) / 100.0 AS nds, (n % 5)::numeric AS tips,
       (SELECT array_agg(ROW('p' || i, (1 + n * i % 9) / 4.0, ((n * 31 + i * 17) % 5000) / 100.0, 'c' || (n + i) % 11)::receipt_item) FROM generate_series(1, 1 + n % 5) i) AS items
  FROM generate_series(1, 4000) n;
ALTER TABLE sold ADD total numeric;
UPDATE sold SET total = (SELECT sum(round(quantity * price, 2)) FROM unnest(items));
CREATE TABLE summed AS SELECT shop, receipt_summary_agg(total, nds, tips, method, items) AS s FROM sold GROUP BY shop;
-- Against plain SQL.
SELECT count(*) FROM summed u JOIN (SELECT shop, count(*) AS n, sum(total) AS t, sum(nds) AS d, sum(tips) AS p, min(total) AS lo, max(total) AS hi, round(avg(total), 2) AS a FROM sold GROUP BY shop) x USING (shop)
 WHERE (purchases(s), total_amount(s), total_nds(s), total_tips(s), min_receipt(s), max_receipt(s), average_receipt(s)) = (n, t, d, p, lo, hi, a);
WITH plain AS (SELECT shop, category, count(DISTINCT id) AS r, sum(quantity) AS q, sum(round(quantity * price, 2)) AS t FROM sold, unnest(items) GROUP BY 1, 2)
SELECT count(*) AS categories, count(*) FILTER (WHERE (p.r, p.q, p.t, round(p.t / p.r, 2)) = (c.receipts, c.quantity, c.total_spent, c.average_receipt)) AS equal
  FROM plain p FULL JOIN (SELECT shop, c.* FROM summed, categories(s) c) c USING (shop, category);
WITH plain AS (SELECT shop, method AS payment_method, count(*) AS r, sum(total) AS t FROM sold GROUP BY 1, 2)
SELECT count(*) AS methods, count(*) FILTER (WHERE (p.r, p.t) = (m.receipts, m.total_amount)) AS equal
  FROM plain p FULL JOIN (SELECT shop, m.* FROM summed, payment_methods(s) m) m USING (shop, payment_method);
-- Merging in any order, by + and in parallel.
SELECT (SELECT merge(s) FROM summed) = (SELECT receipt_summary_agg(total, nds, tips, method, items) FROM sold) AS merged,
       (SELECT a.s + b.s = b.s + a.s FROM summed a, summed b WHERE a.shop = 'shop1' AND b.shop = 'shop2') AS commutes,
       (SELECT s + s <> s FROM summed WHERE shop = 'shop1') AS differs;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT receipt_summary_agg(total, nds, tips, method, items) FROM sold;
SELECT receipt_summary_agg(total, nds, tips, method, items) = (SELECT merge(s) FROM summed) AS parallel FROM sold;
SELECT count(*) FROM (SELECT shop, receipt_summary_agg(total, nds, tips, method, items) AS s FROM sold GROUP BY shop) p JOIN summed u USING (shop) WHERE p.s = u.s;
RESET ALL;
-- Nothing, and nulls.
SELECT receipt_summary_agg(total, nds, tips, method, items) IS NULL AS no_rows FROM sold WHERE false;
SELECT purchases(receipt_summary_agg(t, NULL, NULL, NULL, NULL)), total_amount(receipt_summary_agg(t, NULL, NULL, NULL, NULL)) FROM (VALUES (1.5), (NULL), (2)) v (t);
SELECT merge(s) IS NULL AS nulls FROM (VALUES (NULL::receipt_summary)) v (s);
SELECT receipt_summary_agg(1, 0, 0, 'c', ARRAY[NULL]::receipt_item[]);
SELECT receipt_summary_agg(1, 0, 0, 'c', ARRAY[ROW('p', NULL, 1, 'c')]::receipt_item[]);
-- Rounding half away from zero; amounts too fine or too large are refused.
SELECT average_receipt(receipt_summary_agg(t, 0, 0, 'c', '{}')) FROM (VALUES (0.01), (0.02)) v (t);
SELECT total_spent FROM categories((SELECT receipt_summary_agg(1, 0, 0, 'c', ARRAY[ROW('p', 0.5, 0.01, 'c')]::receipt_item[])));
SELECT receipt_summary_agg(0.001, 0, 0, 'c', '{}');
SELECT receipt_summary_agg('NaN', 0, 0, 'c', '{}');
SELECT receipt_summary_agg(1e30, 0, 0, 'c', '{}');
-- Every shape of numeric is read as it is.
SELECT count(*) AS read, count(*) FILTER (WHERE total_amount(s) <> v) AS wrong
  FROM (SELECT v, receipt_summary_agg(v, 0, 0, 'c', '{}') AS s
          FROM (SELECT DISTINCT (i * 10 ^ e)::numeric(20, 2) AS v FROM generate_series(-1, 9) e, unnest('{1,7,12,99,101,1234,9999,10000,10001,99999}'::numeric[]) i) n
         GROUP BY v) r;
-- Text and binary.
SELECT bool_and(s::text::receipt_summary = s) AS round_trip FROM summed;
SELECT 'x'::receipt_summary;
SELECT '\x'::receipt_summary;
SELECT '\x02'::receipt_summary;
SELECT '\x0100'::receipt_summary::json;
SELECT '\x010000'::receipt_summary;
CREATE FUNCTION tries(t text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t::receipt_summary::json;
    RETURN 'valid';
EXCEPTION WHEN invalid_text_representation OR data_exception THEN
    RETURN 'refused';
END $$;
-- Cut at any length it is refused; altered in any byte it is refused or valid, never a crash.
SELECT tries(left(t, 2 + 2 * n)) AS verdict, count(*) > 100 AS many FROM (SELECT s::text AS t FROM summed WHERE shop = 'shop1') x, generate_series(0, (length(t) - 2) / 2 - 1) n GROUP BY 1;
SELECT count(*) > 500 AS tried FROM (SELECT tries(overlay(t PLACING h FROM 3 + 2 * n FOR 2)) FROM (SELECT s::text AS t FROM summed WHERE shop = 'shop1') x, generate_series(0, (length(t) - 2) / 2 - 1) n, unnest('{00,01,7f,80,ff}'::text[]) h) y;
SELECT s::jsonb = s::json::jsonb AS casts_agree FROM summed WHERE shop = 'shop1';
DROP TABLE sold, summed;
DROP FUNCTION tries;
