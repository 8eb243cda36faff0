-- Test "fields" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
-- A receipt without problems
SELECT pg_temp.receipt();
SELECT * FROM receipt_problems(pg_temp.receipt());
SELECT receipt_is_valid(pg_temp.receipt()), receipt_is_valid(convert_to(pg_temp.receipt(), 'UTF8'));
SELECT receipt_is_valid(NULL::text), receipt_is_valid(NULL::bytea);
-- Every field missing, null, of a wrong type, empty, with a control character
SELECT n, field, left(value, 40) AS value, p.*
  FROM (VALUES
    (1, $v$transaction_id$v$, $v$$v$),
    (2, $v$timestamp$v$, $v$$v$),
    (3, $v$items$v$, $v$$v$),
    (4, $v$total_amount$v$, $v$$v$),
    (5, $v$nds_amount$v$, $v$$v$),
    (6, $v$tips_amount$v$, $v$$v$),
    (7, $v$payment_method$v$, $v$$v$),
    (8, $v$item.product_id$v$, $v$$v$),
    (9, $v$item.quantity$v$, $v$$v$),
    (10, $v$item.price$v$, $v$$v$),
    (11, $v$item.category$v$, $v$$v$),
    (12, $v$transaction_id$v$, $v$null$v$),
    (13, $v$timestamp$v$, $v$null$v$),
    (14, $v$items$v$, $v$null$v$),
    (15, $v$total_amount$v$, $v$null$v$),
    (16, $v$nds_amount$v$, $v$null$v$),
    (17, $v$tips_amount$v$, $v$null$v$),
    (18, $v$payment_method$v$, $v$null$v$),
    (19, $v$item.product_id$v$, $v$null$v$),
    (20, $v$item.quantity$v$, $v$null$v$),
    (21, $v$item.price$v$, $v$null$v$),
    (22, $v$item.category$v$, $v$null$v$),
    (23, $v$place_id$v$, $v$null$v$),
    (24, $v$place_name$v$, $v$null$v$),
    (25, $v$place$v$, $v$null$v$),
    (26, $v$transaction_id$v$, $v$true$v$),
    (27, $v$timestamp$v$, $v$true$v$),
    (28, $v$items$v$, $v$true$v$),
    (29, $v$total_amount$v$, $v$true$v$),
    (30, $v$nds_amount$v$, $v$true$v$),
    (31, $v$tips_amount$v$, $v$true$v$),
    (32, $v$payment_method$v$, $v$true$v$),
    (33, $v$item.product_id$v$, $v$true$v$),
    (34, $v$item.quantity$v$, $v$true$v$),
    (35, $v$item.price$v$, $v$true$v$),
    (36, $v$item.category$v$, $v$true$v$),
    (37, $v$place_id$v$, $v$true$v$),
    (38, $v$place_name$v$, $v$true$v$),
    (39, $v$place$v$, $v$true$v$),
    (40, $v$transaction_id$v$, $v$1$v$),
    (41, $v$timestamp$v$, $v$1$v$),
    (42, $v$payment_method$v$, $v$1$v$),
    (43, $v$item.product_id$v$, $v$1$v$),
    (44, $v$item.category$v$, $v$1$v$),
    (45, $v$place_id$v$, $v$1$v$),
    (46, $v$place_name$v$, $v$1$v$),
    (47, $v$place$v$, $v$1$v$),
    (48, $v$items$v$, $v$1$v$),
    (49, $v$total_amount$v$, $v$"1.00"$v$),
    (50, $v$nds_amount$v$, $v$"1.00"$v$),
    (51, $v$tips_amount$v$, $v$"1.00"$v$),
    (52, $v$item.quantity$v$, $v$"1.00"$v$),
    (53, $v$item.price$v$, $v$"1.00"$v$),
    (54, $v$place$v$, $v$"1.00"$v$),
    (55, $v$items$v$, $v$"1.00"$v$),
    (56, $v$transaction_id$v$, $v$[]$v$),
    (57, $v$timestamp$v$, $v$[]$v$),
    (58, $v$items$v$, $v$[]$v$),
    (59, $v$total_amount$v$, $v$[]$v$),
    (60, $v$nds_amount$v$, $v$[]$v$),
    (61, $v$tips_amount$v$, $v$[]$v$),
    (62, $v$payment_method$v$, $v$[]$v$),
    (63, $v$item.product_id$v$, $v$[]$v$),
    (64, $v$item.quantity$v$, $v$[]$v$),
    (65, $v$item.price$v$, $v$[]$v$),
    (66, $v$item.category$v$, $v$[]$v$),
    (67, $v$place_id$v$, $v$[]$v$),
    (68, $v$place_name$v$, $v$[]$v$),
    (69, $v$transaction_id$v$, $v${}$v$),
    (70, $v$timestamp$v$, $v${}$v$),
    (71, $v$items$v$, $v${}$v$),
    (72, $v$total_amount$v$, $v${}$v$),
    (73, $v$nds_amount$v$, $v${}$v$),
    (74, $v$tips_amount$v$, $v${}$v$),
    (75, $v$payment_method$v$, $v${}$v$),
    (76, $v$item.product_id$v$, $v${}$v$),
    (77, $v$item.quantity$v$, $v${}$v$),
    (78, $v$item.price$v$, $v${}$v$),
    (79, $v$item.category$v$, $v${}$v$),
    (80, $v$place_id$v$, $v${}$v$),
    (81, $v$place_name$v$, $v${}$v$),
    (82, $v$place$v$, $v${}$v$),
    (83, $v$transaction_id$v$, $v$""$v$),
    (84, $v$timestamp$v$, $v$""$v$),
    (85, $v$payment_method$v$, $v$""$v$),
    (86, $v$item.product_id$v$, $v$""$v$),
    (87, $v$item.category$v$, $v$""$v$),
    (88, $v$place_id$v$, $v$""$v$),
    (89, $v$place_name$v$, $v$""$v$),
    (90, $v$transaction_id$v$, $v$"a\nb"$v$),
    (91, $v$transaction_id$v$, $v$"a\u007fb"$v$),
    (92, $v$payment_method$v$, $v$"a\nb"$v$),
    (93, $v$payment_method$v$, $v$"a\u007fb"$v$),
    (94, $v$item.product_id$v$, $v$"a\nb"$v$),
    (95, $v$item.product_id$v$, $v$"a\u007fb"$v$),
    (96, $v$item.category$v$, $v$"a\nb"$v$),
    (97, $v$item.category$v$, $v$"a\u007fb"$v$),
    (98, $v$place_id$v$, $v$"a\nb"$v$),
    (99, $v$place_id$v$, $v$"a\u007fb"$v$),
    (100, $v$items$v$, $v$[1,null,"x",[]]$v$),
    (101, $v$items$v$, $v$[{},{"product_id":"P"}]$v$)) AS c(n, field, value)
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(ARRAY[field, value])) WITH ORDINALITY AS p ON true
 ORDER BY n, ordinality;
-- Lengths are in characters
SELECT field, characters, p.pointer, p.code, p.message
  FROM unnest('{transaction_id,payment_method,item.product_id,item.category,place_id,place_name,timestamp}'::text[]) WITH ORDINALITY AS f(field, n)
 CROSS JOIN unnest('{1,128,129,256,257}'::int[]) AS characters
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(ARRAY['place_id', '"P"', field, '"' || repeat('ё', characters) || '"'])) AS p ON true
 ORDER BY n, characters, p.pointer COLLATE "C";
-- What is not an object at all
SELECT n, value, p.* FROM (VALUES (1, ''), (2, ' '), (3, 'null'), (4, '[]'), (5, '"x"'), (6, '1'), (7, 'true'), (8, '{}'), (9, '{'), (10, '{}{}'), (11, '{} x'), (12, 'x')) AS c(n, value)
  LEFT JOIN LATERAL receipt_problems(value) WITH ORDINALITY AS p ON true ORDER BY n, ordinality;
-- The columns with errors
\x on
SELECT * FROM receipt_normalize(pg_temp.receipt('{total_amount,"\"x\""}'));
SELECT * FROM receipt_parse(pg_temp.receipt('{total_amount,"\"x\""}'));
SELECT * FROM receipt_normalize(pg_temp.receipt('{transaction_id,"",place_id,"\"S\""}'));
SELECT * FROM receipt_normalize(NULL::text);
SELECT * FROM receipt_parse(NULL::bytea);
