-- Test "aggregate" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set helper :abs_srcdir '/helper/sales.sql'
\i :helper
\set ECHO all
CREATE TABLE pg_temp.sums AS SELECT receipt_summary_agg(total, nds, tips, method, items) AS s FROM pg_temp.receipts;
SELECT purchases(s), total_amount(s), total_nds(s), total_tips(s), average_receipt(s), min_receipt(s), max_receipt(s) FROM pg_temp.sums;
SELECT count(*), sum(total), sum(nds), sum(tips), round(avg(total), 2), round(min(total), 2), round(max(total), 2) FROM pg_temp.receipts;
-- no difference either way
WITH plain AS (SELECT category, count(DISTINCT id) AS receipts, sum(quantity) AS quantity, sum(spent) AS total_spent, round(sum(spent) / count(DISTINCT id), 2) AS average_receipt FROM pg_temp.lines GROUP BY category)
SELECT (SELECT count(*) FROM plain) AS categories, (SELECT count(*) FROM (SELECT * FROM plain EXCEPT SELECT c.* FROM pg_temp.sums, categories(s) AS c) AS x) AS missing,
       (SELECT count(*) FROM (SELECT c.* FROM pg_temp.sums, categories(s) AS c EXCEPT SELECT * FROM plain) AS x) AS superfluous;
SELECT p.* FROM pg_temp.sums, payment_methods(s) AS p ORDER BY p.payment_method COLLATE "C";
SELECT method, count(*), sum(total) FROM pg_temp.receipts GROUP BY method ORDER BY method COLLATE "C";
-- the order of rows plays no part
SELECT s = (SELECT receipt_summary_agg(total, nds, tips, method, items ORDER BY id * 7 % 5003) FROM pg_temp.receipts) AS same FROM pg_temp.sums;
-- partial sums merge to the same, in every shape
SELECT s = (SELECT merge(part) FROM (SELECT receipt_summary_agg(total, nds, tips, method, items) AS part FROM pg_temp.receipts GROUP BY id % 37) AS x) AS same FROM pg_temp.sums;
SELECT s = (SELECT receipt_summary_agg(total, nds, tips, method, items) FILTER (WHERE id % 2 = 0) + receipt_summary_agg(total, nds, tips, method, items) FILTER (WHERE id % 2 = 1) FROM pg_temp.receipts) AS same FROM pg_temp.sums;
SELECT s = (SELECT merge(x.one) FROM (SELECT receipt_summary_agg(total, nds, tips, method, items) AS one FROM pg_temp.receipts GROUP BY id) AS x) AS same FROM pg_temp.sums;
-- sliding windows
SELECT max(purchases(w)) AS widest, count(*) FILTER (WHERE total_amount(w) IS DISTINCT FROM t) AS wrong FROM (SELECT receipt_summary_agg(total, nds, tips, method, items) OVER o AS w, sum(total) OVER o AS t FROM pg_temp.receipts WHERE id <= 200 WINDOW o AS (ORDER BY id ROWS 10 PRECEDING)) AS x;
-- In parallel
CREATE TABLE aggregate_receipts AS SELECT * FROM pg_temp.receipts;
CREATE TABLE aggregate_parts AS SELECT receipt_summary_agg(total, nds, tips, method, items) AS part FROM pg_temp.receipts GROUP BY id % 997;
ANALYZE aggregate_receipts;
ANALYZE aggregate_parts;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT receipt_summary_agg(total, nds, tips, method, items) FROM aggregate_receipts;
EXPLAIN (COSTS OFF) SELECT merge(part) FROM aggregate_parts;
SELECT s = (SELECT receipt_summary_agg(total, nds, tips, method, items) FROM aggregate_receipts) AS same FROM pg_temp.sums;
SELECT s = (SELECT merge(part) FROM aggregate_parts) AS same FROM pg_temp.sums;
SET parallel_leader_participation = off;
SELECT s = (SELECT receipt_summary_agg(total, nds, tips, method, items) FROM aggregate_receipts) AS same FROM pg_temp.sums;
SELECT s = (SELECT merge(part) FROM aggregate_parts) AS same FROM pg_temp.sums;
SELECT receipt_summary_agg(total, nds, tips, method, items) IS NULL AS none FROM aggregate_receipts WHERE id < 0;
SET force_parallel_mode = on;
SELECT s = (SELECT receipt_summary_agg(total, nds, tips, method, items) FROM aggregate_receipts) AS same FROM pg_temp.sums;
RESET ALL;
DROP TABLE aggregate_receipts, aggregate_parts;
-- Nulls
SELECT receipt_summary_agg(NULL, 1, 1, 'card', NULL) IS NULL AS none;
SELECT merge(NULL::receipt_summary) IS NULL AS none;
SELECT merge(s)::json FROM (SELECT NULL::receipt_summary AS s UNION ALL SELECT receipt_summary_agg(1, NULL, NULL, NULL, NULL)) AS x;
SELECT receipt_summary_agg(t, 0, 0, 'card', '{}')::json FROM (VALUES (1.00), (NULL), (3.00)) AS v(t);
SELECT receipt_summary_agg(1, 0, 0, 'card', ARRAY[NULL]::receipt_item[]);
SELECT receipt_summary_agg(1, 0, 0, 'card', ARRAY[(NULL, 1, 1, 'c')::receipt_item])::json;
SELECT receipt_summary_agg(1, 0, 0, 'card', ARRAY[('P', NULL, 1, 'c')::receipt_item]);
SELECT receipt_summary_agg(1, 0, 0, 'card', ARRAY[('P', 1, NULL, 'c')::receipt_item]);
SELECT receipt_summary_agg(1, 0, 0, 'card', ARRAY[('P', 1, 1, NULL)::receipt_item]);
SELECT receipt_summary_agg(1, 0, 0, 'card', ARRAY[[('P', 1, 1, 'a')::receipt_item], [('P', 1, 2, 'b')::receipt_item]])::json;
-- refunds count as negative amounts; averages are rounded half away from zero
SELECT receipt_summary_agg(t, t, t, 'card', ARRAY[('P', q, 1.01, 'c')::receipt_item])::json FROM (VALUES (-1.00, -1), (-0.01, -0.5)) AS v(t, q);
