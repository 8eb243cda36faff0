-- Upkeep of the raw receipts' partitions and their retention.
\set VERBOSITY terse
CREATE FUNCTION pg_temp.store(id text, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO analytics.raw_receipt VALUES (id, at, 'upkeep', -1, 1, 0, 0, 'card', '{}')
$$;
CREATE VIEW pg_temp.home AS
SELECT transaction_id, tableoid::regclass::text ~ 'default' AS in_default
  FROM analytics.raw_receipt WHERE place_id = 'upkeep' ORDER BY 1;
SELECT count(*) FILTER (WHERE s.from_at > now()) AS months_ahead,
       min(s.from_at) <= now() - interval '11 months' AS a_year_back
  FROM deploy.partition_spans('analytics.raw_receipt') s;
BEGIN;
-- Any age is stored; a date that no partition has yet waits in the default one.
SELECT pg_temp.store('ancient', '0001-01-01Z'), pg_temp.store('years ago', '2003-05-06Z'),
       pg_temp.store('now', now()), pg_temp.store('ahead', now() + interval '6 months');
SELECT * FROM pg_temp.home;
-- It does not stand in the way of its partition when that is made.
UPDATE partman.part_config SET premake = 7 WHERE parent_table = 'analytics.raw_receipt';
SET ROLE receipts_upkeep;
SELECT analytics.maintain();
RESET ROLE;
SELECT * FROM pg_temp.home;
SELECT raw_from FROM analytics.retention;
-- A retention drops partitions and what is as old in the default one; readers learn of it.
UPDATE partman.part_config SET retention = '3 months' WHERE parent_table = 'analytics.raw_receipt';
SELECT analytics.maintain();
SELECT * FROM pg_temp.home;
SELECT raw_from = min(s.from_at) AS readers_know, raw_from > now() - interval '4 months' AS three_months
  FROM analytics.retention, deploy.partition_spans('analytics.raw_receipt') s GROUP BY raw_from;
ROLLBACK;
