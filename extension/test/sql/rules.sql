-- Test "rules" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
LOAD 'pg_receipts';
SHOW pg_receipts.total_amount_rule;
SHOW pg_receipts.nds_amount_rule;
SHOW pg_receipts.future_limit;
SHOW pg_receipts.default_timezone;
SELECT name, setting, unit, vartype, context, min_val, max_val, enumvals, boot_val, short_desc FROM pg_settings WHERE name LIKE 'pg\_receipts.%' ORDER BY name COLLATE "C";
CREATE VIEW pg_temp.judged AS SELECT w, receipt_is_valid(t) AS valid, p.severity, p.pointer, p.code, p.message
  FROM (VALUES ('total', pg_temp.receipt('{total_amount,22}')), ('nds', pg_temp.receipt('{nds_amount,21.01}')), ('both', pg_temp.receipt('{total_amount,20,nds_amount,20.01}')), ('none', pg_temp.receipt('{nds_amount,21}'))) AS v(w, t)
  LEFT JOIN LATERAL receipt_problems(t) AS p ON true;
SELECT * FROM pg_temp.judged ORDER BY w, pointer;
SELECT errors, warnings, canonical IS NOT NULL AS canonical FROM receipt_normalize(pg_temp.receipt('{total_amount,20,nds_amount,20.01}'));
SET pg_receipts.total_amount_rule = reject;
SELECT * FROM pg_temp.judged ORDER BY w, pointer;
SET pg_receipts.nds_amount_rule = 'reject';
SELECT * FROM pg_temp.judged ORDER BY w, pointer;
SELECT errors, warnings, canonical IS NOT NULL AS canonical FROM receipt_normalize(pg_temp.receipt('{total_amount,20,nds_amount,20.01}'));
SET pg_receipts.total_amount_rule = off;
SET pg_receipts.nds_amount_rule = off;
SELECT * FROM pg_temp.judged ORDER BY w, pointer;
-- no sum is judged where a line is not valid
SET pg_receipts.total_amount_rule = reject;
SELECT p.* FROM receipt_problems(pg_temp.receipt('{total_amount,22,item.price,-1}')) AS p;
-- Values that are refused
SET pg_receipts.total_amount_rule = maybe;
SET pg_receipts.nds_amount_rule = '';
SET pg_receipts.future_limit = -1;
SET pg_receipts.future_limit = 'soon';
SET pg_receipts.future_limit = '2 days';
SHOW pg_receipts.future_limit;
SET pg_receipts.default_timezone = 'Nowhere/Town';
SET pg_receipts.default_timezone = '';
SET pg_receipts.total_amount_rul = off;
SHOW pg_receipts.default_timezone;
-- A function's own setting holds for its calls only
CREATE FUNCTION pg_temp.strict(t text) RETURNS boolean LANGUAGE sql STABLE SET pg_receipts.nds_amount_rule = reject RETURN receipt_is_valid(t);
SELECT pg_temp.strict(pg_temp.receipt('{nds_amount,21.01}')), receipt_is_valid(pg_temp.receipt('{nds_amount,21.01}'));
