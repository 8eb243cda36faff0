-- Test "fuzz" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
-- Mutations of receipts from a fixed seed.  A crash shows as a lost connection.
-- Pseudo-random numbers of our own (a linear congruential generator), the same on every version.
CREATE FUNCTION pg_temp.fuzz(rounds int, OUT cases int, OUT disagree int, OUT not_idempotent int, OUT not_alike int, OUT undecided int) LANGUAGE plpgsql AS $$
DECLARE
    seed bigint := 20240501;
    seeds text[] := ARRAY[pg_temp.receipt(), pg_temp.receipt('{x,"{\"a\":[1,2.5e3,{\"b\":null}]}",place,"{\"place_id\":\"A\",\"city\":\"Пермь\"}",tips_amount,null}'), pg_temp.receipt('{transaction_id,"\"\\\\u0054\\\\ud83d\\\\ude00\\\"\"",item.note,"\"ё\""}')];
    pieces text[] := ARRAY['"', '\', '{', '}', '[', ']', ',', ':', '\u', '\u0000', '\ud83d', 'e', '-', '.', '0', '9', 'null', 'true', '1e999999999', '00', '"items":[]', '"place_id":"B"', 'ё', '😀', ' ', E'\n', E'\x7f'];
    t bytea; piece bytea; at int; n int;
    judged boolean; errors int; r record; again record; q record; s text;
BEGIN
    cases := 0; disagree := 0; not_idempotent := 0; not_alike := 0; undecided := 0;
    FOR round IN 1 .. rounds LOOP
        t := convert_to(seeds[1 + round % 3], 'UTF8');
        seed := (seed * 1103515245 + 12345) % 2147483648;
        FOR mutation IN 0 .. (seed / 65536 % 4)::int LOOP
            seed := (seed * 1103515245 + 12345) % 2147483648;
            at := (seed / 256 % (length(t) + 1))::int;
            seed := (seed * 1103515245 + 12345) % 2147483648;
            n := (seed / 65536 % 1000)::int;
            piece := convert_to(pieces[1 + n % array_length(pieces, 1)], 'UTF8');
            seed := (seed * 1103515245 + 12345) % 2147483648;
            CASE seed / 65536 % 6
                WHEN 0 THEN t := substr(t, 1, at) || piece || substr(t, at + 1);
                WHEN 1 THEN t := substr(t, 1, at) || piece || substr(t, at + 1 + length(piece));
                WHEN 2 THEN t := substr(t, 1, at) || substr(t, at + 1 + n % 8);
                WHEN 3 THEN t := substr(t, 1, at) || substr(t, at + 1, n % 40) || substr(t, at + 1);
                WHEN 4 THEN IF at < length(t) THEN t := set_byte(t, at, n % 256); END IF;
                ELSE t := substr(t, 1, at) || substr(t, 1 + n % length(t || '\x00'), 1 + n % 20) || substr(t, at + 1);
            END CASE;
        END LOOP;
        cases := cases + 1;
        SELECT count(*) FILTER (WHERE severity = 'error') INTO errors FROM receipt_problems(t);
        judged := receipt_is_valid(t);
        SELECT * INTO r FROM receipt_normalize(t);
        SELECT * INTO q FROM receipt_parse(t);
        disagree := disagree + (judged <> (errors = 0) OR judged <> (r.errors IS NULL) OR judged <> (q.errors IS NULL) OR r.errors IS DISTINCT FROM q.errors
            OR coalesce(jsonb_array_length(r.errors), 0) <> errors)::int;
        undecided := undecided + ((r.canonical IS NULL) = (r.errors IS NULL) OR (q.summary IS NULL) = (q.errors IS NULL))::int;
        IF r.canonical IS NOT NULL THEN
            SELECT * INTO again FROM receipt_normalize(r.canonical);
            not_idempotent := not_idempotent + (again.canonical IS DISTINCT FROM r.canonical OR again.digest IS DISTINCT FROM r.digest OR r.canonical::jsonb IS NULL)::int;
        END IF;
        BEGIN
            s := convert_from(t, 'UTF8');
            SELECT * INTO again FROM receipt_normalize(s);
            not_alike := not_alike + (again IS DISTINCT FROM r)::int;
        EXCEPTION WHEN character_not_in_repertoire THEN NULL;
        END;
    END LOOP;
END $$;
SELECT * FROM pg_temp.fuzz(20000);
-- every receipt cut at every byte
SELECT count(*) AS cases, count(*) FILTER (WHERE receipt_is_valid(substr(t, 1, n))) AS valid FROM (SELECT convert_to(pg_temp.receipt('{x,"\"\\\\ud83d\\\\ude00ё\""}'), 'UTF8') AS t) AS r, generate_series(0, length(t) - 1) AS n;
-- every byte replaced with every value; how many are valid
SELECT count(*) AS cases, count(*) FILTER (WHERE receipt_is_valid(set_byte(t, n, v))) > 0 AS some_valid FROM (SELECT convert_to(pg_temp.receipt(), 'UTF8') AS t) AS r, generate_series(0, length(t) - 1) AS n, generate_series(0, 255) AS v;
