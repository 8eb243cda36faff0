-- Every problem is named: pointer and code.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_receipts;
RESET client_min_messages;
CREATE FUNCTION good() RETURNS jsonb LANGUAGE sql AS $$
    SELECT '{"transaction_id": "T1", "timestamp": "2024-02-07T12:34:56Z", "items": [{"product_id": "1", "quantity": 2, "price": 10.99, "category": "a"}, {"product_id": "2", "quantity": 1, "price": 5.49, "category": "b"}], "total_amount": 27.47, "nds_amount": 2.47, "tips_amount": 3.00, "payment_method": "card"}'::jsonb $$;
CREATE FUNCTION codes(receipt text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(pointer || ' ' || code, ', '), 'none') FROM receipt_problems(receipt) $$;
CREATE FUNCTION codes(receipt bytea) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(pointer || ' ' || code, ', '), 'none') FROM receipt_problems(receipt) $$;
SELECT codes(good()::text), receipt_is_valid(good()::text);
-- Each required field missing, null, of another type.
SELECT f, codes((good() - f)::text) AS missing, codes(jsonb_set(good(), ARRAY[f], 'null')::text) AS null, codes(jsonb_set(good(), ARRAY[f], '[]')::text) AS array
  FROM unnest('{transaction_id,timestamp,items,total_amount,nds_amount,tips_amount,payment_method}'::text[]) f;
SELECT f, codes((good() #- ARRAY['items', '1', f])::text) AS missing, codes(jsonb_set(good(), ARRAY['items', '1', f], 'null')::text) AS null, codes(jsonb_set(good(), ARRAY['items', '1', f], 'true')::text) AS boolean
  FROM unnest('{product_id,quantity,price,category}'::text[]) f;
-- Strings.
SELECT codes(jsonb_set(good(), '{transaction_id}', '""')::text);
SELECT n, codes(jsonb_set(good(), '{transaction_id}', to_jsonb(repeat('я', n)))::text) FROM unnest('{128,129}'::int[]) n;
SELECT n, codes(jsonb_set(good(), '{place_name}', to_jsonb(repeat('я', n)))::text) FROM unnest('{256,257}'::int[]) n;
SELECT codes(jsonb_set(good(), '{payment_method}', '"a\u0001b"')::text);
SELECT codes(replace(good()::text, '"T1"', '"\u0000"')), codes(replace(good()::text, '"T1"', '"\ud800"')), codes(replace(good()::text, '"T1"', '"\udc00x"')), codes(replace(good()::text, '"T1"', '"\ud83d\ude00"'));
SELECT codes('\xff'::bytea), codes('\x7b00'::bytea), codes(convert_to(replace(good()::text, 'T1', 'T'), 'UTF8') || '\xc3'::bytea);
-- Numbers.
SELECT v, codes(replace(good()::text, '27.47', v)) AS total FROM unnest('{27.470,2.747e1,2747E-2,27.471,-27.47,-0,1e999999999,1e-999999999,999999999999999.99,1000000000000000,00,1.,.5,+1,0x1,NaN,Infinity,""}'::text[]) v;
SELECT v, codes(replace(good()::text, '"price": 5.49', '"price": ' || v)) AS price FROM unnest('{5.4900,5.49001,0,-1,999999999999,1000000000000}'::text[]) v;
SELECT v, codes(replace(good()::text, '"quantity": 1', '"quantity": ' || v)) AS quantity FROM unnest('{1.000000,1.0000001,0,-1,0.000001,999999999,1000000000}'::text[]) v;
-- Items.
SELECT codes(jsonb_set(good(), '{items}', '[]')::text), codes(jsonb_set(good(), '{items}', '[1]')::text), codes(jsonb_set(good(), '{items}', '{}')::text);
SELECT n, left(codes(jsonb_set(good(), '{items}', (SELECT jsonb_agg(good() #> '{items,0}') FROM generate_series(1, n)))::text), 60) FROM unnest('{10000,10001}'::int[]) n;
-- Duplicate keys, also spelled otherwise, also in what is not known.
SELECT codes(replace(good()::text, '"nds_amount"', '"nds_amount": 1, "nds_amount"'));
SELECT codes('{"z": {"a": 1, "\u0061": 2}, ' || substr(good()::text, 2));
SELECT codes('{"z": 1, "y": [{"q": 1, "q": 2}], "z": 2, ' || substr(good()::text, 2));
-- Not a receipt at all.
SELECT r, codes(r) FROM unnest(ARRAY['', ' ', '{', '{}', '[]', 'null', '1', '"x"', '{"a"}', '{"a":1,}', '{} {}', '{"transaction_id": "T1"']) r;
-- Depth.
SELECT n, codes(jsonb_set(good(), '{z}', (repeat('[', n) || repeat(']', n))::jsonb)::text) ~ 'too_deep' AS too_deep FROM unnest('{31,32}'::int[]) n;
-- A mebibyte of anything is judged quickly and does no harm.
SELECT octet_length(r) > 1000000 AS long, length(codes(r)) < 20000 AS answered
  FROM unnest(ARRAY[repeat('[', 1048576), repeat('{"a":', 200000), repeat('9', 1048576), '"' || repeat('\', 1048576) || '"', '"' || repeat('\u0061', 180000) || '"',
                    '{' || repeat('"a":1,', 180000) || '"b":1}',
                    (SELECT '{' || string_agg(format('"k%s":%s', n, n), ',') || '}' FROM generate_series(1, 80000) n),
                    '{"items":[' || repeat('{},', 400000) || '{}]}', repeat(' ', 1048576)]) r;
-- Places.
SELECT p, codes(p || substr(good()::text, 2)) FROM unnest(ARRAY['{"place_id": "p", "place_name": "P", ', '{"place": {"place_id": "p", "place_name": "P"}, ', '{"place": {"place_id": "p"}, "place_id": "p", ', '{"place": {"place_id": "p"}, "place_id": "q", ', '{"place_name": "P", ', '{"place": {}, ', '{"place": "p", ', '{"place_id": "", ', '{"place_id": null, ']) p;
-- Timestamps.
SET pg_receipts.default_timezone = 'UTC';
SELECT t, codes(jsonb_set(good(), '{timestamp}', to_jsonb(t))::text) AS codes,
       (SELECT occurred_at AT TIME ZONE 'UTC' FROM receipt_normalize(jsonb_set(good(), '{timestamp}', to_jsonb(t))::text)) AS utc
  FROM unnest('{2024-02-07T12:34:56Z,2024-02-07t12:34:56z,2024-02-07 12:34:56Z,2024-02-07T12:34:56+03:00,2024-02-07T12:34:56+0300,2024-02-07T12:34:56-03,2024-02-07T12:34,2024-02-07T12:34:56,2024-02-07T12:34:56.123456789Z,2024-02-29T00:00:00Z,2023-02-29T00:00:00Z,2024-13-01T00:00:00Z,2024-02-07T25:00:00Z,2024-02-07,now,infinity,07.02.2024 12:34,0001-01-01T00:00:00Z,2024-02-07T12:34:56+99:00}'::text[]) t;
SELECT codes(jsonb_set(good(), '{timestamp}', to_jsonb(to_char(now() + interval '23 hours', 'YYYY-MM-DD"T"HH24:MI:SSOF')))::text) AS soon,
       codes(jsonb_set(good(), '{timestamp}', to_jsonb(to_char(now() + interval '25 hours', 'YYYY-MM-DD"T"HH24:MI:SSOF')))::text) AS late;
-- Rules that a DBA sets.
SELECT severity, code, message FROM receipt_problems(replace(good()::text, '27.47', '27.48'));
SELECT severity, code, message FROM receipt_problems(replace(good()::text, '2.47,', '27.48,'));
SELECT receipt_is_valid(replace(good()::text, '27.47', '27.48'));
SET pg_receipts.total_amount_rule = 'reject';
SELECT receipt_is_valid(replace(good()::text, '27.47', '27.48'));
SET pg_receipts.total_amount_rule = 'off';
SELECT codes(replace(good()::text, '27.47', '27.48'));
SET pg_receipts.total_amount_rule = 'loud';
SET pg_receipts.default_timezone = 'Mars/Olympus';
SET pg_receipts.nothing = 1;
-- Messages say the field, what was found, what is wanted.
SELECT message FROM receipt_problems('{"transaction_id": 5, "timestamp": "x", "items": [], "total_amount": -1, "payment_method": ""}') ORDER BY 1;
DROP FUNCTION good, codes(text), codes(bytea);
