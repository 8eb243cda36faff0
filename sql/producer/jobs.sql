-- The producer's scheduled jobs; psql variable database: where they run.
SELECT upkeep.ensure_job('receipts-producer-partitions', '23 2 * * *', 'SELECT journal.maintain()', :'database') \g /dev/null
SELECT upkeep.ensure_job('receipts-producer-expired-tokens', '11 * * * *', 'SELECT auth.revoke_expired()', :'database') \g /dev/null
