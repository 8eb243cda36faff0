-- Test "upgrade" of pg_receipts: from every release that can be installed, step by step, to what a fresh install is
\set VERBOSITY terse
-- What an extension consists of, in words that do not depend on the way it came there
CREATE FUNCTION pg_temp.members() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT pg_describe_object(classid, objid, 0) || coalesce(': ' || obj_description(objid, classid::regclass::name), '')
           || CASE WHEN classid = 'pg_proc'::regclass AND (SELECT prokind = 'f' FROM pg_proc WHERE oid = objid) THEN pg_get_functiondef(objid) ELSE '' END
      FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_receipts') AND deptype = 'e'
    UNION ALL
    SELECT aggfnoid::regprocedure || ': ' || to_jsonb(a) - 'aggfnoid' FROM pg_aggregate AS a WHERE aggfnoid::regproc::text ~ '(receipt_summary_agg|merge)$'
$$;
CREATE FUNCTION pg_temp.upgrade() RETURNS TABLE(problem text) LANGUAGE plpgsql AS $$
DECLARE
    current text := (SELECT default_version FROM pg_available_extensions WHERE name = 'pg_receipts');
    base text;
    step record;
BEGIN
    DROP EXTENSION pg_receipts;
    CREATE EXTENSION pg_receipts;
    CREATE TEMP TABLE fresh AS SELECT pg_temp.members() AS member;
    FOR base IN SELECT version FROM pg_available_extension_versions WHERE name = 'pg_receipts' ORDER BY version LOOP
        DROP EXTENSION pg_receipts;
        EXECUTE format('CREATE EXTENSION pg_receipts VERSION %L', base);
        FOR step IN
            SELECT s.version FROM pg_extension_update_paths('pg_receipts') AS p, regexp_split_to_table(p.path, '--') WITH ORDINALITY AS s(version, n)
             WHERE p.source = base AND p.target = current AND s.n > 1 ORDER BY s.n
        LOOP
            EXECUTE format('ALTER EXTENSION pg_receipts UPDATE TO %L', step.version);
            IF NOT receipt_is_valid('{"transaction_id":"T","timestamp":"2024-05-01T12:00:00Z","items":[{"product_id":"P","quantity":1,"price":1,"category":"C"}],"total_amount":1,"nds_amount":0,"payment_method":"card"}') THEN
                RETURN QUERY SELECT format('%s from %s does not work', step.version, base);
            END IF;
        END LOOP;
        RETURN QUERY SELECT format('from %s one ends at %s', base, extversion) FROM pg_extension WHERE extname = 'pg_receipts' AND extversion <> current;
        RETURN QUERY SELECT format('from %s there is missing: %s', base, member) FROM (TABLE fresh EXCEPT ALL SELECT pg_temp.members()) AS x(member);
        RETURN QUERY SELECT format('from %s there is too much: %s', base, member) FROM (SELECT pg_temp.members() EXCEPT ALL TABLE fresh) AS x(member);
    END LOOP;
END $$;
BEGIN;
SELECT * FROM pg_temp.upgrade();
SELECT count(*) > 40 AS compared FROM fresh;
ROLLBACK;
-- to where one is
SET client_min_messages = warning;
ALTER EXTENSION pg_receipts UPDATE;
RESET client_min_messages;
SELECT default_version = installed_version AS current FROM pg_available_extensions WHERE name = 'pg_receipts';
