-- Upkeep of the journal's partitions.
\set VERBOSITY terse
SET timezone = 'America/New_York';
CREATE FUNCTION pg_temp.ahead() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM deploy.partition_spans('journal.receipt') s WHERE s.from_at > now()
$$;
SELECT pg_temp.ahead() AS months_ahead;
-- Months without upkeep: no partition is left for what arrives now.
BEGIN;
DO $$
DECLARE
    part text;
BEGIN
    FOR part IN SELECT i.inhrelid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'journal.receipt'::regclass AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
                 ORDER BY c.relname DESC LIMIT 6
    LOOP
        EXECUTE 'DROP TABLE ' || part;
    END LOOP;
END
$$;
SELECT max(to_at) < now() - interval '1 month' AS partitions_ended FROM deploy.partition_spans('journal.receipt');
INSERT INTO journal.receipt (received_at, outcome, token_id, transaction_id, body)
SELECT date_trunc('month', now(), 'UTC') + interval '14 days' - n * interval '1 month', 'rejected', 1, 'stray', 'x' FROM generate_series(0, 2) n;
INSERT INTO journal.receipt (received_at, outcome, token_id, transaction_id, body) VALUES ('2001-01-01', 'rejected', 1, 'stray', 'old');
SELECT tableoid::regclass::text ~ 'default' AS in_default, count(*) FROM journal.receipt
 WHERE transaction_id = 'stray' GROUP BY 1 ORDER BY 1;
SET ROLE receipts_upkeep;
SELECT journal.maintain();
RESET ROLE;
-- They are where they belong; what is older than every partition stays.
SELECT tableoid::regclass::text ~ 'default' AS in_default, count(*) FROM journal.receipt
 WHERE transaction_id = 'stray' GROUP BY 1 ORDER BY 1;
SELECT pg_temp.ahead() >= 3 AS months_ahead;
SELECT to_regclass('pg_temp.stray') AS left_over;
SELECT journal.maintain();
ROLLBACK;
-- A retention drops what is past it, and nothing else does.
BEGIN;
SELECT min(from_at) AS oldest FROM deploy.partition_spans('journal.receipt') \gset
SELECT journal.maintain();
SELECT min(from_at) = :'oldest' AS all_kept FROM deploy.partition_spans('journal.receipt');
UPDATE partman.part_config SET retention = '1 month', retention_keep_table = false WHERE parent_table = 'journal.receipt';
SELECT journal.maintain();
SELECT min(to_at) > now() - interval '1 month' AS kept_a_month FROM deploy.partition_spans('journal.receipt');
ROLLBACK;
