-- Test "strings" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
CREATE TABLE pg_temp.strings(n serial, t text);
INSERT INTO pg_temp.strings(t) SELECT unnest(ARRAY[
    $v$"plain"$v$,
    $v$"\u0041\u0042"$v$,
    $v$"a\/b\\c\"d"$v$,
    $v$"é"$v$,
    $v$"\u00e9"$v$,
    $v$"\ud83d\ude00"$v$,
    $v$"😀"$v$,
    $v$"\ud83d"$v$,
    $v$"\ude00"$v$,
    $v$"\ud83dx"$v$,
    $v$"\ud83d\u0041"$v$,
    $v$"\ude00\ud83d"$v$,
    $v$"\u0000"$v$,
    $v$"a\u0000b"$v$,
    $v$"\u0001"$v$,
    $v$"\b\f\n\r\t"$v$,
    $v$"\u0080"$v$,
    $v$"\u009f"$v$,
    $v$"\u00a0"$v$,
    $v$"\u2028"$v$,
    $v$"\ufeff"$v$,
    $v$"\uffff"$v$,
    $v$"\q"$v$,
    $v$"\u12"$v$,
    $v$"\u12g4"$v$,
    $v$"\ "$v$,
    $v$ "  spaced  " $v$,
    $v$"<&>"$v$,
    $v$"unterminated$v$]);
SELECT t, r.payment_method, c.canonical::json -> 'payment_method' AS canonical, r.errors -> 0 ->> 'pointer' AS pointer, r.errors -> 0 ->> 'code' AS code, r.errors -> 0 ->> 'message' AS message
  FROM pg_temp.strings, receipt_parse(pg_temp.receipt(ARRAY['payment_method', t])) AS r, receipt_normalize(pg_temp.receipt(ARRAY['payment_method', t])) AS c ORDER BY n;
-- text and bytea are judged alike
SELECT count(*) FROM pg_temp.strings, receipt_parse(pg_temp.receipt(ARRAY['payment_method', t])) AS a, receipt_parse(convert_to(pg_temp.receipt(ARRAY['payment_method', t]), 'UTF8')) AS b WHERE a::text <> b::text;
-- in an unknown field, and as an unknown key
SELECT t, c.canonical::json -> 'note' AS canonical, c.errors -> 0 ->> 'pointer' AS pointer, c.errors -> 0 ->> 'code' AS code
  FROM pg_temp.strings, receipt_normalize(pg_temp.receipt(ARRAY['note', t])) AS c ORDER BY n;
SELECT t, right(c.canonical, 30) AS canonical, c.errors -> 0 ->> 'pointer' AS pointer, c.errors -> 0 ->> 'code' AS code
  FROM pg_temp.strings, receipt_normalize(replace(pg_temp.receipt('{note,0}'), '"note"', t)) AS c ORDER BY n;
-- an escaped name is the name
SELECT * FROM receipt_problems(replace(pg_temp.receipt(), '"payment_method"', '"payment\u005fmethod"'));
-- Bytes that are not UTF-8
SELECT bad, p.pointer, p.code, p.message FROM unnest('{80,bf,c0af,c3,c328,e28028,e282,eda080,edbfbf,f0808080,f4908080,f5808080,fe,ff,00,61ff62}'::text[]) WITH ORDINALITY AS u(bad, n)
  LEFT JOIN LATERAL receipt_problems(convert_to('{"transaction_id":"', 'UTF8') || decode(bad, 'hex') || convert_to('"}', 'UTF8')) WITH ORDINALITY AS p ON true WHERE code IS DISTINCT FROM 'missing_field' ORDER BY n, ordinality;
SELECT * FROM receipt_problems('\xefbbbf7b7d'::bytea);
SELECT * FROM receipt_problems('\x'::bytea);
-- strings are read eight bytes at a time: what must be seen is seen at every place, and nothing is seen that is not there
SELECT count(*) AS strings, count(*) FILTER (WHERE r.errors #>> '{0,code}' IS DISTINCT FROM c.code OR jsonb_array_length(r.errors) > 1 OR (c.code IS NULL AND r.transaction_id IS DISTINCT FROM repeat('~', before) || c.value || repeat(' ', behind))) AS wrong
  FROM (VALUES ('ё', 'ё', NULL), ('\"', '"', NULL), ('\\', '\', NULL), ('!', '!', NULL), ('#', '#', NULL), ('[', '[', NULL), (']', ']', NULL), ('\u00ff', 'ÿ', NULL), ('ÿ', 'ÿ', NULL), (U&'\+10FFFF', U&'\+10FFFF', NULL),
               (U&'\007F', '', 'control_character'), (U&'\0080', '', 'control_character'), (U&'\001F', '', 'malformed_json'), (U&'\0001', '', 'malformed_json')) AS c(written, value, code),
       generate_series(0, 17) AS before, generate_series(0, 9) AS behind,
       receipt_parse(pg_temp.receipt(ARRAY['transaction_id', '"' || repeat('~', before) || c.written || repeat(' ', behind) || '"'])) AS r;
