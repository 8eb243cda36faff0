-- The consumer's scheduled jobs; psql variable database: where they run.
SELECT upkeep.ensure_job('receipts-consumer-rollup', '0 * * * *', $$SELECT analytics.rollup('cron')$$, :'database') \g /dev/null
SELECT upkeep.ensure_job('receipts-consumer-partitions', '23 2 * * *', 'SELECT analytics.maintain()', :'database') \g /dev/null
SELECT upkeep.ensure_job('receipts-consumer-run-history', '41 3 * * *', $$SELECT analytics.prune_runs('1 year')$$, :'database') \g /dev/null
SELECT upkeep.ensure_job('receipts-consumer-expired-tokens', '11 * * * *', 'SELECT auth.revoke_expired()', :'database') \g /dev/null
SELECT upkeep.ensure_job('receipts-consumer-verify', '47 3 * * *', 'SELECT analytics.verify_sample()', :'database') \g /dev/null
