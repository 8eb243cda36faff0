-- Test "places" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
CREATE TABLE pg_temp.places(n serial, changes text[]);
INSERT INTO pg_temp.places(changes) VALUES
    ('{}'),
    (ARRAY['place_id', '"A"']),
    (ARRAY['place_id', '"A"', 'place_name', '"Shop A"']),
    (ARRAY['place_name', '"Shop A"']),
    (ARRAY['place', '{"place_id":"A"}']),
    (ARRAY['place', '{"place_id":"A","place_name":"Shop A"}']),
    (ARRAY['place', '{"place_name":"Shop A"}']),
    (ARRAY['place', '{}']),
    (ARRAY['place', 'null', 'place_id', 'null', 'place_name', 'null']),
    (ARRAY['place', '{"place_id":null,"place_name":null}']),
    (ARRAY['place', '{"place_id":"A"}', 'place_id', '"A"']),
    (ARRAY['place', '{"place_id":"A","place_name":"N"}', 'place_id', '"A"', 'place_name', '"N"']),
    (ARRAY['place', '{"place_id":"A"}', 'place_id', '"B"']),
    (ARRAY['place', '{"place_id":"A","place_name":"N"}', 'place_id', '"A"', 'place_name', '"M"']),
    (ARRAY['place', '{"place_id":"A"}', 'place_name', '"N"']),
    (ARRAY['place', '{"place_name":"N"}', 'place_id', '"A"']),
    (ARRAY['place', '{"place_id":"\u0041"}', 'place_id', '"A"']),
    (ARRAY['place', '{"place_id":"A","city":"Perm","x":[1, 2]}']),
    (ARRAY['place', '{"place_id":1}']),
    (ARRAY['place', '{"place_id":"A","place_id":"A"}']),
    (ARRAY['place', '{"place_id":""}', 'place_id', '"A"']);
SELECT n, changes, p.pointer, p.code, p.message FROM pg_temp.places
  LEFT JOIN LATERAL receipt_problems(pg_temp.receipt(changes)) WITH ORDINALITY AS p ON true ORDER BY n, ordinality;
-- without defaults
SELECT n, r.place_id, r.place_name, r.place_given, r.canonical FROM pg_temp.places, receipt_normalize(pg_temp.receipt(changes)) AS r ORDER BY n;
-- with a default place, and with a default place of the same id
SELECT n, r.place_id, r.place_name, r.place_given, s.place_id, s.place_name FROM pg_temp.places,
       receipt_normalize(pg_temp.receipt(changes), 'D', 'Shop D') AS r,
       receipt_normalize(pg_temp.receipt(changes), 'A', 'Default A') AS s WHERE r.errors IS NULL ORDER BY n;
-- normalize and parse agree
SELECT count(*) FROM pg_temp.places,
       receipt_normalize(pg_temp.receipt(changes), 'A', 'Default A') AS r,
       receipt_parse(pg_temp.receipt(changes), 'A', 'Default A') AS s
 WHERE (r.place_id, r.place_name, r.errors, r.warnings) IS DISTINCT FROM (s.place_id, s.place_name, s.errors, s.warnings);
-- a default id without name, a default name without id
SELECT r.place_id, r.place_name, s.place_id, s.place_name
  FROM receipt_normalize(pg_temp.receipt(), 'D') AS r, receipt_normalize(pg_temp.receipt(), NULL, 'Shop D') AS s;
SELECT receipt_normalize(pg_temp.receipt(), '');
SELECT receipt_normalize(pg_temp.receipt(), 'D', '');
