-- Test "overflow" of pg_receipts
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\set helper :abs_srcdir '/helper/receipt.sql'
\i :helper
\set ECHO all
-- The greatest receipt, many times
CREATE TABLE pg_temp.greatest AS SELECT receipt_summary_agg(999999999999999.99, 999999999999999.99, 999999999999999.99, 'card', ARRAY[('P', 999999999.999999, 999999999999.9999, 'c')::receipt_item]) AS s;
SELECT s::json FROM pg_temp.greatest;
-- doubled until it does not fit: an error, never another sum
CREATE FUNCTION pg_temp.double(s receipt_summary, OUT doublings int, OUT sqlstate_seen text, OUT message text, OUT exact boolean) LANGUAGE plpgsql AS $$
DECLARE before receipt_summary;
BEGIN
    doublings := 0;
    exact := true;
    LOOP
        before := s;
        BEGIN
            s := s + s;
        EXCEPTION WHEN OTHERS THEN
            sqlstate_seen := SQLSTATE; message := SQLERRM; RETURN;
        END;
        doublings := doublings + 1;
        exact := exact AND total_amount(s) = 2 * total_amount(before) AND purchases(s) = 2 * purchases(before)
            AND s::text::receipt_summary = s AND (SELECT sum(total_spent) FROM categories(s)) = 2 * (SELECT sum(total_spent) FROM categories(before));
    END LOOP;
END $$;
SELECT d.* FROM pg_temp.greatest, pg_temp.double(s) AS d;
SELECT d.* FROM pg_temp.double((SELECT receipt_summary_agg(0, 0, 0, 'card', NULL))) AS d;
SELECT d.* FROM pg_temp.double((SELECT receipt_summary_agg(-999999999999999.99, 0, 0, 'card', NULL))) AS d;
-- Numbers that cannot be added up exactly
SELECT receipt_summary_agg(0.001, 0, 0, 'card', NULL);
SELECT receipt_summary_agg(1e15, 0, 0, 'card', NULL)::json ->> 'total_amount' AS total;
SELECT receipt_summary_agg(92233720368547758.07, 0, 0, 'card', NULL)::json ->> 'total_amount' AS total;
SELECT receipt_summary_agg(92233720368547758.08, 0, 0, 'card', NULL);
SELECT receipt_summary_agg(1e100, 0, 0, 'card', NULL);
SELECT receipt_summary_agg('NaN', 0, 0, 'card', NULL);
SELECT receipt_summary_agg(0, 'Infinity', 0, 'card', NULL);
SELECT receipt_summary_agg(0, 0, '-Infinity', 'card', NULL);
SELECT receipt_summary_agg(0, 0.005, 0, 'card', NULL);
SELECT receipt_summary_agg(0, 0, 0, 'card', ARRAY[('P', 0.0000001, 1, 'c')::receipt_item]);
SELECT receipt_summary_agg(0, 0, 0, 'card', ARRAY[('P', 1, 0.00001, 'c')::receipt_item]);
SELECT receipt_summary_agg(0, 0, 0, 'card', ARRAY[('P', 1e30, 1, 'c')::receipt_item]);
