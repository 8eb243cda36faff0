-- Test "russian" of pg_receipts: messages in Russian
\set VERBOSITY terse
CREATE FUNCTION good() RETURNS text LANGUAGE sql AS $$
    SELECT '{"transaction_id": "T1", "timestamp": "2024-02-07T12:34:56Z", "items": [{"product_id": "1", "quantity": 2, "price": 10.99, "category": "a"}], "total_amount": 21.98, "nds_amount": 2.47, "payment_method": "card"}' $$;
-- good(), with each first of two texts in its place replaced by the second
CREATE FUNCTION bad(VARIADIC parts text[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE r text := good();
BEGIN
    FOR i IN 1 .. cardinality(parts) / 2 LOOP
        r := replace(r, parts[2 * i - 1], parts[2 * i]);
    END LOOP;
    RETURN convert_to(r, 'UTF8');
END $$;
CREATE TABLE bad_receipt (n int GENERATED ALWAYS AS IDENTITY, receipt bytea NOT NULL);
INSERT INTO bad_receipt (receipt) VALUES
    -- syntax
    (''), ('{'), ('{"a"}'), ('{"a": 1,}'), ('{"a": 1 "b"}'), ('[1 2]'), ('[,]'), ('{} {}'), (E'{"a\\001": 1}'), ('{"\\x": 1}'), ('{"a": nul}'),
    (convert_to(repeat('[', 33), 'UTF8')), (bad('{"tr', '{"z": 1, "z": 2, "tr')), (bad('"nds_amount"', '"nds_amount": 1, "nds_amount"')),
    -- characters
    (bad('T1"', '\u0000"')), (bad('T1"', '\ud800"')), ('\x7b00'), ('\x7bff'), (bad('T1"', 'a\u0007"')),
    -- types
    ('5'), ('[]'), (bad('"T1"', '5', '10.99', '"10.99"', '"a"', 'null', '"card"', '{}')), (bad('[{', '[7, {')), (bad('[{', '{"a": [{', '}]', '}]}')), (bad('{"tr', '{"place": [], "tr')),
    -- strings and lists
    ('{}'), (bad('"T1"', '""')), (bad('T1"', repeat('я', 129) || '"')), (bad('[{', '[], "z": [{')),
    (convert_to(replace(good(), '}]', '}' || repeat(', {"product_id": "1", "quantity": 1, "price": 1, "category": "a"}', 10000) || ']'), 'UTF8')),
    -- numbers
    (bad('"quantity": 2', '"quantity": 0')), (bad('10.99', '-1')), (bad('21.98', '1000000000000000')), (bad('21.98', '21.981')), (bad('{"tr', '{"z": 1e999999999, "tr')),
    -- times
    (bad('2024-02-07T12', '12:00 07.02.2024')), (bad('2024-', '0000-')), (bad('-02-', '-13-')), (bad('02-07', '02-30')), (bad('T12', 'T25')), (bad('Z"', '+16:00"')),
    (bad('2024-02-07', '9999-12-31', 'T12', 'T23', 'Z"', '-05:00"')), (bad('2024-', '2999-')),
    -- places
    (bad('{"tr', '{"place_id": "p", "place": {"place_id": "q"}, "tr')), (bad('{"tr', '{"place_name": "P", "tr')),
    -- the whole
    (convert_to(repeat(' ', 16 * 1024 * 1024 + 1), 'UTF8')), (bad('21.98', '21.99')), (bad('2.47', '22.47')),
    (convert_to('{"items": [' || repeat('1, ', 100) || '1]}', 'UTF8'));
SET pg_receipts.language = 'en';
CREATE TABLE english AS SELECT n, p.* FROM bad_receipt, receipt_problems(receipt) WITH ORDINALITY AS p (severity, pointer, code, message, place);
SET pg_receipts.language = 'ru';
CREATE TABLE russian AS SELECT n, p.* FROM bad_receipt, receipt_problems(receipt) WITH ORDINALITY AS p (severity, pointer, code, message, place);
-- The verdict is the same, every code is there, and every message has other words
SELECT count(*) = (SELECT count(*) FROM english) AS as_many, bool_and(r.message <> e.message AND r.message ~ '[а-я]') AS translated, count(DISTINCT code) AS codes
  FROM russian r JOIN english e USING (n, place, severity, pointer, code);
SELECT n, min(pointer) AS pointer, code, message FROM russian WHERE n < 49 GROUP BY n, code, message ORDER BY n, min(place);
SELECT pointer, code, message FROM russian WHERE place = 101;
-- Also where problems are jsonb
SELECT errors -> 0 ->> 'message' AS error FROM receipt_normalize('{}');
SELECT warnings -> 0 ->> 'message' AS warning FROM receipt_parse(replace(good(), '21.98', '21.99'));
SET pg_receipts.language = 'de';
RESET pg_receipts.language;
SELECT errors -> 0 ->> 'message' AS error FROM receipt_normalize('{}');
DROP TABLE bad_receipt, english, russian;
DROP FUNCTION good, bad;
