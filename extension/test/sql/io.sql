-- Test "io" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set helper :abs_srcdir '/helper/sales.sql'
\i :helper
\set ECHO all
CREATE TABLE pg_temp.parts AS SELECT id AS part, receipt_summary_agg(total, nds, tips, method, items) AS s FROM pg_temp.receipts WHERE id <= 100 GROUP BY id
    UNION ALL SELECT 0, receipt_summary_agg(total, nds, tips, method, items) FROM pg_temp.receipts UNION ALL SELECT -1, '\x0100' UNION ALL SELECT -2, NULL;
SELECT part, s FROM pg_temp.parts WHERE part IN (-2, -1, 1, 2) ORDER BY part;
SELECT count(*), count(*) FILTER (WHERE s::text::receipt_summary = s) AS same, count(*) FILTER (WHERE receipt_summary_send(s) = ('' || s::text)::bytea) AS sent FROM pg_temp.parts;
-- Not a summary
SELECT ''::receipt_summary;
SELECT 'x'::receipt_summary;
SELECT '\'::receipt_summary;
SELECT '\x'::receipt_summary;
SELECT '\x0'::receipt_summary;
SELECT '\xzz'::receipt_summary;
SELECT '\x00'::receipt_summary;
SELECT '\x01'::receipt_summary;
SELECT '\x0200'::receipt_summary;
SELECT '\x010000'::receipt_summary;
SELECT '\x01ffffffffffffffffffff'::receipt_summary;
-- What is read of a text, hostile or not: a valid value that is written as it was read, or an error
CREATE FUNCTION pg_temp.verdict(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s receipt_summary; j jsonb; n bigint;
BEGIN
    s := t::receipt_summary;
    j := s::jsonb;
    SELECT count(*) INTO n FROM categories(s), payment_methods(s);
    PERFORM s + s, average_receipt(s);
    IF s::text <> t OR s::text::receipt_summary <> s THEN RETURN 'another value'; END IF;
    RETURN 'valid';
EXCEPTION
    WHEN invalid_text_representation OR invalid_parameter_value THEN RETURN 'refused';
    WHEN numeric_value_out_of_range THEN RETURN 'out of range';
END $$;
CREATE TABLE pg_temp.target AS SELECT s::text AS t FROM pg_temp.parts WHERE part = 5;
-- truncated at every length, and followed by anything
SELECT length(t) AS length, pg_temp.verdict(t), count(*) FILTER (WHERE pg_temp.verdict(left(t, n)) <> 'refused') AS not_refused FROM pg_temp.target, generate_series(0, length(t) - 1) AS n GROUP BY t;
SELECT count(*) FILTER (WHERE pg_temp.verdict(t || lpad(to_hex(n), 2, '0')) <> 'refused') AS not_refused FROM pg_temp.target, generate_series(0, 255) AS n;
-- every byte with every value
SELECT verdict, count(*) FROM (SELECT pg_temp.verdict(overlay(t PLACING lpad(to_hex(v), 2, '0') FROM 3 + 2 * n FOR 2)) AS verdict FROM pg_temp.target, generate_series(0, (length(t) - 2) / 2 - 1) AS n, generate_series(0, 255) AS v) AS x GROUP BY verdict ORDER BY verdict;
-- every byte left out, and every byte twice
SELECT verdict, count(*) FROM (SELECT pg_temp.verdict(overlay(t PLACING '' FROM 3 + 2 * n FOR 2)) AS verdict FROM pg_temp.target, generate_series(0, (length(t) - 2) / 2 - 1) AS n) AS x GROUP BY verdict ORDER BY verdict;
SELECT verdict, count(*) FROM (SELECT pg_temp.verdict(left(t, 2 + 2 * n) || substr(t, 1 + 2 * n, 2) || substr(t, 3 + 2 * n)) AS verdict FROM pg_temp.target, generate_series(1, (length(t) - 2) / 2 - 1) AS n) AS x GROUP BY verdict ORDER BY verdict;
-- bytes at random
SELECT verdict, count(*) > 0 AS some FROM (SELECT pg_temp.verdict('\x01' || left(md5(n::text) || md5(n::text || 'x'), 2 + 2 * (n % 30))) AS verdict FROM generate_series(1, 5000) AS n) AS x GROUP BY verdict ORDER BY verdict;
-- Binary input: bytes of our choice come in by COPY, whose source is a command that prints them
CREATE TABLE io_received(s receipt_summary);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    stream bytea := 'PGCOPY\012\377\015\012\000'::bytea || int4send(0) || int4send(0) || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2);
    escapes text := (SELECT string_agg('\' || (b / 64) || (b / 8 % 8) || (b % 8), '' ORDER BY n) FROM generate_series(0, length(stream) - 1) AS n, get_byte(stream, n) AS b);
    same boolean;
BEGIN
    EXECUTE format('COPY io_received FROM PROGRAM %L (FORMAT binary)', 'printf ''' || escapes || '''');
    SELECT receipt_summary_send(s) = bytes INTO STRICT same FROM io_received;
    DELETE FROM io_received;
    RETURN CASE WHEN same THEN 'the same' ELSE 'another value' END;
EXCEPTION
    WHEN invalid_binary_representation THEN RETURN 'refused';
END $$;
SELECT pg_temp.receive(receipt_summary_send(s)) AS received, count(*) FROM pg_temp.parts WHERE part BETWEEN -1 AND 10 GROUP BY 1;
-- truncated at every length, and with a byte behind
SELECT pg_temp.receive(substr(b, 1, n)) AS received, count(*) FROM (SELECT t::bytea AS b FROM pg_temp.target) AS x, generate_series(0, length(b) - 1) AS n GROUP BY 1;
SELECT pg_temp.receive(b || '\x00') FROM (SELECT t::bytea AS b FROM pg_temp.target) AS x;
-- other versions, counts that promise what is not there, numbers longer than needed or than 128 bits
SELECT what, pg_temp.receive(decode(bytes, 'hex')) AS received FROM (VALUES
    (1, 'version 0', '0000'), (2, 'version 2', '0200'), (3, 'version 255', 'ff00'), (4, 'empty', '0100'), (5, 'empty, padded', '018000'),
    (6, 'one receipt', '01010202020202' || '00' || '00'), (7, '2^62 categories', '01010202020202' || 'ffffffffffffffff3f' || '00'),
    (8, '2^31 categories', '01010202020202' || '8080808008' || '00'), (9, 'name of 2^63 - 1 bytes', '01010202020202' || '01' || 'ffffffffffffffff7f' || '00'),
    (10, '2^63 receipts', '0180808080808080808001' || '0202020202' || '0000'), (11, 'total of 129 bits', '0101' || 'ffffffffffffffffffffffffffffffffffff07' || '02020202' || '0000'),
    (12, 'greatest below the smallest', '0102' || '02020204' || '02' || '0000'), (13, 'category without receipts', '01010202020202' || '01' || '016100' || '0202' || '00'),
    (14, 'category with more receipts than all', '01010202020202' || '01' || '016102' || '0202' || '00'), (15, 'category', '01010202020202' || '01' || '016101' || '0202' || '00'),
    (16, 'categories out of order', '01010202020202' || '02' || '0162010202' || '0161010202' || '00'), (17, 'category twice', '01010202020202' || '02' || '0161010202' || '0161010202' || '00'),
    (18, 'payment methods of more receipts than all', '01010202020202' || '00' || '02' || '01610102' || '01620102'), (19, 'name that is not UTF-8', '01010202020202' || '01' || '01ff010202' || '00'),
    (20, 'name with NUL', '01010202020202' || '01' || '0100010202' || '00'), (21, 'payment method that is not UTF-8', '01010202020202' || '00' || '01' || '02c3280102')) AS v(n, what, bytes) ORDER BY n;
DROP TABLE io_received;
