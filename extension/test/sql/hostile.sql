-- Test "hostile" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
-- Depth
SELECT depth, p.pointer, p.code, p.message FROM (VALUES (30), (31), (32), (33), (1000)) AS d(depth)
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(ARRAY['x', repeat('[', depth) || repeat(']', depth)])) AS p ON true ORDER BY depth;
SELECT depth, p.code FROM (VALUES (31), (32)) AS d(depth)
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(ARRAY['x', repeat('{"a":', depth) || '1' || repeat('}', depth)])) AS p ON true ORDER BY depth;
-- Keys that stand twice
SELECT t, p.pointer, p.code, p.message FROM (VALUES
    (1, '{"a":1,"a":2}'), (2, '{"a":1,"\u0061":2}'), (3, '{"\u0061":1,"\u0061":2}'), (4, '[{"b":{"a":1,"c":0,"a":2}}]'),
    (5, '{"a":1,"A":2}'), (6, '{"":1,"":2}'), (7, '{"a":{"a":{"a":1}}}'), (8, '[{"a":1},{"a":1}]'), (9, '{"a":1,"a":1,"a":1}'), (10, '{"~/":{"a":1,"a":1}}')) AS c(n, t)
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(ARRAY['x', t])) WITH ORDINALITY AS p ON true ORDER BY n, ordinality;
SELECT p.pointer, p.code FROM receipt_problems(pg_temp.receipt('{a,1}') || ' ') AS p;
SELECT f, p.pointer, p.code FROM (VALUES ('transaction_id'), ('transaction\u005fid'), ('items'), ('unknown'), ('total_amount')) AS c(f)
  LEFT JOIN LATERAL receipt_problems(replace(pg_temp.receipt('{unknown,1}'), '{"transaction_id"', '{"' || f || '":0,"transaction_id"')) WITH ORDINALITY AS p ON true ORDER BY f COLLATE "C", ordinality;
SELECT p.pointer, p.code FROM receipt_problems(pg_temp.receipt('{item.x,1,item.y,"{\"x\":1,\"x\":2}"}')) AS p;
SELECT p.pointer, p.code FROM receipt_problems(replace(pg_temp.receipt(), '"price"', '"price":1,"price"')) AS p;
-- 1 MiB of one thing
CREATE TABLE pg_temp.hostile(n serial, what text, t text);
INSERT INTO pg_temp.hostile(what, t) VALUES
    ('open brackets', repeat('[', 1048576)),
    ('open braces', repeat('{"":', 262144)),
    ('digits', repeat('9', 1048576)),
    ('backslashes', '"' || repeat('\', 1048576)),
    ('backslashes, closed', '"' || repeat('\', 1048576) || '"'),
    ('quotes', repeat('"', 1048576)),
    ('spaces', repeat(' ', 1048576)),
    ('commas', repeat(',', 1048576)),
    ('digits as total', pg_temp.receipt(ARRAY['total_amount', repeat('9', 1048576)])),
    ('decimals as total', pg_temp.receipt(ARRAY['total_amount', '0.' || repeat('9', 1048576)])),
    ('zeros behind total', pg_temp.receipt(ARRAY['total_amount', '21.' || repeat('0', 1048576)])),
    ('exponent', pg_temp.receipt(ARRAY['total_amount', '1e' || repeat('9', 1048576)])),
    ('digits, unknown', pg_temp.receipt(ARRAY['x', repeat('9', 1048576)])),
    ('digits in numeric, unknown', pg_temp.receipt(ARRAY['x', repeat('9', 131072)])),
    ('exponent, unknown', pg_temp.receipt(ARRAY['x', '1e131071'])),
    ('exponent too large, unknown', pg_temp.receipt(ARRAY['x', '1e131072'])),
    ('fraction, unknown', pg_temp.receipt(ARRAY['x', '1e-16383'])),
    ('fraction too fine, unknown', pg_temp.receipt(ARRAY['x', '1e-16384'])),
    ('long id', pg_temp.receipt(ARRAY['transaction_id', '"' || repeat('x', 1048576) || '"'])),
    ('long escaped id', pg_temp.receipt(ARRAY['transaction_id', '"' || repeat('\\', 524288) || '"'])),
    ('long unknown string', pg_temp.receipt(ARRAY['x', '"' || repeat('\u0041', 174762) || '"'])),
    ('long unknown key', replace(pg_temp.receipt('{x,0}'), '"x"', '"' || repeat('k', 1048576) || '"')),
    ('unknown keys', pg_temp.receipt(ARRAY['x', (SELECT '{' || string_agg('"' || i || '":0', ',' ORDER BY i) || '}' FROM generate_series(1, 100000) i)])),
    ('unknown keys of the receipt', (SELECT rtrim(pg_temp.receipt(), '}') || ',' || string_agg('"' || i || '":0', ',' ORDER BY i) || '}' FROM generate_series(1, 100000) i)),
    ('duplicate keys', pg_temp.receipt(ARRAY['x', '{' || repeat('"a":0,', 174762) || '"a":0}'])),
    ('duplicate keys of the receipt', '{' || repeat('"transaction_id":0,', 55000) || '"a":0}'),
    ('small arrays', pg_temp.receipt(ARRAY['x', '[' || repeat('[],', 349525) || '[]]'])),
    ('broken items', pg_temp.receipt(ARRAY['items', '[' || repeat('0,', 524287) || '0]'])),
    ('empty items', pg_temp.receipt(ARRAY['items', '[' || repeat('{},', 349525) || '{}]']));
SELECT what, count(p.*) AS problems, (array_agg(p.code ORDER BY ordinality))[1] AS first, (array_agg(p.code ORDER BY ordinality))[count(*)] AS last, max(length(p.message)) < 300 AS brief, max(length(p.pointer)) < 300 AS near
  FROM pg_temp.hostile LEFT JOIN LATERAL receipt_problems(t) WITH ORDINALITY AS p ON true GROUP BY n, what ORDER BY n;
SELECT what, length(r.canonical) AS canonical, jsonb_array_length(r.errors) AS errors, q.summary IS NULL AS no_summary, receipt_is_valid(t) AS valid, receipt_is_valid(convert_to(t, 'UTF8')) AS valid_bytes, length((r.canonical::jsonb)::text) IS NULL AS no_jsonb
  FROM pg_temp.hostile, receipt_normalize(t) AS r, receipt_parse(t) AS q ORDER BY n;
-- Larger than a receipt may be
SELECT pointer, code, message FROM receipt_problems(repeat(' ', 16 * 1024 * 1024) || '{}');
SELECT count(*) FROM receipt_problems(pg_temp.receipt() || repeat(' ', 16 * 1024 * 1024 - length(pg_temp.receipt())));
-- Items
CREATE FUNCTION pg_temp.many(items int) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.receipt(ARRAY['items', (SELECT '[' || string_agg('{"product_id":"P' || i || '","quantity":1,"price":0.01,"category":"C' || i % 7 || '"}', ',' ORDER BY i) || ']' FROM generate_series(1, items) i), 'total_amount', (items / 100.0)::text, 'nds_amount', '0'])
$$;
SELECT v.items, cardinality(q.items) AS parsed, length(r.canonical) AS canonical, r.errors, r.warnings, (SELECT sum(quantity) FROM categories(q.summary)) AS quantity
  FROM (VALUES (1), (8), (9), (33), (10000), (10001)) AS v(items), receipt_normalize(pg_temp.many(v.items)) AS r, receipt_parse(pg_temp.many(v.items)) AS q ORDER BY v.items;
