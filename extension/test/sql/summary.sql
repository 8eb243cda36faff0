-- Test "summary" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set helper :abs_srcdir '/helper/sales.sql'
\i :helper
\set ECHO all
CREATE TABLE pg_temp.parts AS SELECT id % 3 AS part, receipt_summary_agg(total, nds, tips, method, items) AS s FROM pg_temp.receipts WHERE id <= 12 GROUP BY id % 3;
SELECT part, purchases(s), total_amount(s), total_nds(s), total_tips(s), average_receipt(s), min_receipt(s), max_receipt(s) FROM pg_temp.parts ORDER BY part;
SELECT part, c.* FROM pg_temp.parts, categories(s) WITH ORDINALITY AS c WHERE part < 2 ORDER BY part, ordinality;
SELECT part, p.* FROM pg_temp.parts, payment_methods(s) WITH ORDINALITY AS p ORDER BY part, ordinality;
SELECT part, s::json FROM pg_temp.parts ORDER BY part;
SELECT part, s::jsonb FROM pg_temp.parts WHERE part = 0;
SELECT count(*) FROM pg_temp.parts WHERE s::json::jsonb <> s::jsonb;
-- algebra
SELECT a.s + b.s = b.s + a.s AS commutes, (a.s + b.s) + c.s = a.s + (b.s + c.s) AS associates, a.s + b.s <> a.s AS differs, a.s = a.s AS equal, a.s <> a.s AS unequal,
       a.s + b.s + c.s = (SELECT merge(s) FROM pg_temp.parts) AS merges, (a.s + NULL) IS NULL AS strict
  FROM pg_temp.parts a, pg_temp.parts b, pg_temp.parts c WHERE (a.part, b.part, c.part) = (0, 1, 2);
-- The empty summary is neutral
SELECT '\x0100'::receipt_summary::json;
SELECT purchases(e), total_amount(e), total_nds(e), total_tips(e), average_receipt(e), min_receipt(e), max_receipt(e) FROM (SELECT '\x0100'::receipt_summary AS e) AS x;
SELECT * FROM categories('\x0100'::receipt_summary);
SELECT * FROM payment_methods('\x0100'::receipt_summary);
SELECT bool_and(s + '\x0100'::receipt_summary = s AND '\x0100'::receipt_summary + s = s) AS neutral FROM pg_temp.parts;
SELECT purchases(NULL), total_amount(NULL::receipt_summary), NULL::receipt_summary::jsonb;
-- Names that JSON has to escape
SELECT receipt_summary_agg(1, 0, 0, E'a"b\\c\n', ARRAY[('P', 1, 1, 'Еда/"x"')::receipt_item])::jsonb;
-- A large one is stored out of line and read from there
CREATE TABLE pg_temp.large AS SELECT receipt_summary_agg(1, 0, 0, md5(g::text), ARRAY[('P', 1, 1, md5(g::text || 'c'))::receipt_item]) AS s FROM generate_series(1, 5000) AS g;
SELECT purchases(s), total_amount(s), max_receipt(s), (SELECT count(*) FROM categories(s)) AS categories, (SELECT count(*) FROM payment_methods(s)) AS methods, s + s = s AS doubled FROM pg_temp.large;
