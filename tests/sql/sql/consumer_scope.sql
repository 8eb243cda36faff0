-- Row-level security: roles bound to places see these and nothing of the others.
\set VERBOSITY terse
\pset null -
CREATE FUNCTION pg_temp.message(id text, place text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(format('{"transaction_id":"%s","timestamp":"2024-05-07T12:00:00Z","place_id":"%s","place_name":"At %s","items":[{"product_id":"1","quantity":1,"price":1,"category":"of %s"}],"total_amount":1.00,"nds_amount":0.00,"payment_method":"card"}', id, place, place, place), 'UTF8') $$;
SELECT stored FROM analytics.ingest('scoped', 0, 0, 5, '{0,1,2,3,4}', array_fill('k'::bytea, ARRAY[5]),
    ARRAY[pg_temp.message('SC1', 'north'), pg_temp.message('SC2', 'south'), pg_temp.message('SC3', 'south'), pg_temp.message('SC4', 'east'), 'dead'],
    array_fill('pg_receipts.receipt.v1'::text, ARRAY[5]),
    array_fill('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'::text, ARRAY[5]));
SELECT (analytics.rollup()).status;
-- One more, pending.
SELECT stored FROM analytics.ingest('scoped', 0, 5, 6, '{5}', '{k}', ARRAY[pg_temp.message('SC5', 'east')], '{pg_receipts.receipt.v1}', '{NULL}');
CREATE ROLE regress_north LOGIN IN ROLE receipts_analyst;
CREATE ROLE regress_region;
CREATE ROLE regress_member LOGIN IN ROLE regress_region, receipts_analyst;
CREATE ROLE regress_nothing LOGIN IN ROLE receipts_analyst;
CREATE ROLE regress_all LOGIN IN ROLE receipts_analyst;
CREATE ROLE regress_dba LOGIN IN ROLE receipts_admin;
SET ROLE regress_dba;
SELECT analytics.scope_role('regress_north', '{north}');
SELECT analytics.scope_role('regress_region', '{south,east}');
SELECT analytics.scope_role('regress_nothing', '{}');
-- Not just any role, no NULLs in the array.
SELECT analytics.scope_role('receipts_analyst', '{north}');
SELECT analytics.scope_role('postgres', '{north}');
SELECT analytics.scope_role('nobody', '{north}');
SELECT analytics.scope_role('regress_all', '{north,NULL}');
RESET ROLE;
-- What each role sees in each view: the places, or how many rows.
CREATE FUNCTION pg_temp.seen(role name) RETURNS TABLE (view_name text, places text) LANGUAGE plpgsql AS $$
DECLARE
    v text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    FOREACH v IN ARRAY '{place_hourly,place_daily,place_monthly,category_hourly,category_daily,payment_daily,receipt,receipt_item,receipt_status,receipt_trace}'::text[] LOOP
        view_name := v;
        EXECUTE format('SELECT string_agg(place_id || '' '' || n, '', '' ORDER BY place_id)
                          FROM (SELECT place_id, count(*) AS n FROM analytics.%I
                                 WHERE place_id = ANY (''{north,south,east}'') GROUP BY 1) p', v) INTO places;
        RETURN NEXT;
    END LOOP;
    RESET ROLE;
END $$;
SELECT v.view_name, (SELECT places FROM pg_temp.seen('regress_all') s WHERE s.view_name = v.view_name) AS all,
       (SELECT places FROM pg_temp.seen('regress_north') s WHERE s.view_name = v.view_name) AS north,
       (SELECT places FROM pg_temp.seen('regress_member') s WHERE s.view_name = v.view_name) AS member,
       (SELECT places FROM pg_temp.seen('regress_nothing') s WHERE s.view_name = v.view_name) AS nothing,
       (SELECT places FROM pg_temp.seen('regress_dba') s WHERE s.view_name = v.view_name) AS dba
  FROM pg_temp.seen('regress_all') v;
-- Without asking for places either.
SET ROLE regress_north;
SELECT DISTINCT place_id FROM analytics.place_hourly UNION SELECT DISTINCT place_id FROM analytics.receipt;
SELECT DISTINCT category FROM analytics.category_hourly;
-- Counts of all places, and of what is read beside the places, are not shown.
SELECT as_of IS NOT NULL AS as_of, pending_batches, pending_since, dead_letters FROM analytics.freshness;
SELECT transaction_id, stored_at IS NOT NULL AS stored_at, topic, "partition", first_offset, next_offset, rolled_up FROM analytics.receipt_status;
-- An error must not tell what a filter has hidden.
SELECT count(*) FROM analytics.receipt WHERE (CASE WHEN place_id <> 'north' THEN place_id ELSE '1' END)::int > 0;
SELECT count(*) FROM analytics.category_hourly WHERE (CASE WHEN category <> 'of north' THEN category ELSE '1' END)::int > 0;
SELECT count(*) FROM analytics.place_hourly WHERE (CASE WHEN place_name <> 'At north' THEN place_name ELSE '1' END)::int > 0;
-- Nothing below the views.
SELECT * FROM analytics.place;
SELECT * FROM analytics.pending;
SELECT * FROM analytics.batch;
SELECT * FROM analytics.pending_batch;
SELECT * FROM analytics.dead_letter;
SELECT * FROM analytics.raw_receipt;
SELECT * FROM analytics.trace;
SELECT * FROM analytics.role_scope;
SELECT * FROM analytics.read();
SELECT analytics.role_places('regress_region');
SELECT analytics.scope_role('regress_north', NULL);
RESET ROLE;
SET ROLE regress_all;
SELECT pending_batches > 0 AS pending_batches, dead_letters > 0 AS dead_letters FROM analytics.freshness;
SELECT topic, first_offset FROM analytics.receipt_status WHERE transaction_id = 'SC5';
RESET ROLE;
-- A login that is bound stays bound when it acts as a role that is not.
SET SESSION AUTHORIZATION regress_north;
SELECT analytics.visible_places(current_user);
SET ROLE receipts_analyst;
SELECT current_user, count(DISTINCT place_id) FROM analytics.receipt;
SELECT analytics.visible_places('regress_region'), analytics.visible_places('regress_all');
RESET ROLE;
RESET SESSION AUTHORIZATION;
-- A table that a DBA opens to such a role is filtered too, and the admins see all of it.
GRANT SELECT ON analytics.place_hour, analytics.pending TO regress_north, regress_member;
SET ROLE regress_north;
SELECT DISTINCT place_id FROM analytics.place_hour;
SELECT place_id FROM analytics.pending;
SET ROLE regress_member;
SELECT place_id FROM analytics.pending;
SET ROLE regress_dba;
SELECT count(DISTINCT place_id) > 3 AS all_places FROM analytics.place_hour;
SELECT place_id FROM analytics.pending;
-- Dropped and made again, a role is still bound; unbound, it sees all.
RESET ROLE;
DROP OWNED BY regress_north;
DROP ROLE regress_north;
CREATE ROLE regress_north LOGIN IN ROLE receipts_analyst;
SET ROLE regress_north;
SELECT DISTINCT place_id FROM analytics.receipt;
SET ROLE regress_dba;
SELECT analytics.scope_role('regress_north', NULL);
SET ROLE regress_north;
SELECT count(DISTINCT place_id) > 3 AS all_places FROM analytics.receipt;
RESET ROLE;
DELETE FROM analytics.role_scope;
DROP OWNED BY regress_member;
DROP ROLE regress_north, regress_member, regress_region, regress_nothing, regress_all, regress_dba;
SELECT (analytics.rollup()).status;
