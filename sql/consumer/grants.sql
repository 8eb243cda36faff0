-- Who may do what in the consumer's database: each program just its job.
SELECT format('GRANT CONNECT ON DATABASE %I TO receipts_consumer, receipts_sink, receipts_upkeep, receipts_admin, receipts_analyst',
              current_database()) \gexec

-- The producer has judged already: here only what cannot be stored is a problem.
SELECT format('ALTER DATABASE %I SET %s', current_database(), setting)
  FROM unnest(ARRAY['pg_receipts.total_amount_rule = off', 'pg_receipts.nds_amount_rule = off',
                    'pg_receipts.future_limit = ''3650d''']) AS setting
\gexec

GRANT USAGE ON SCHEMA api TO receipts_consumer;
GRANT EXECUTE ON FUNCTION
    api.analytics(bytea, jsonb, bytea), api.analytics_place(bytea, jsonb, bytea),
    api.places(bytea, jsonb, bytea), api.place(bytea, jsonb, bytea),
    api.timeseries(bytea, jsonb, bytea), api.categories(bytea, jsonb, bytea),
    api.dead_letters(bytea, jsonb, bytea), api.dead_letter_retry(bytea, jsonb, bytea),
    api.dead_letter_retry_code(bytea, jsonb, bytea), api.dead_letter_dismiss(bytea, jsonb, bytea),
    api.rollup_start(bytea, jsonb, bytea), api.rollups(bytea, jsonb, bytea),
    api.tokens(bytea, jsonb, bytea), api.token_create(bytea, jsonb, bytea), api.token_revoke(bytea, jsonb, bytea),
    api.known_tokens(bytea[]), api.tokens_used(bytea[], bigint[]), api.token_expires_in(bytea), api.metrics() TO receipts_consumer;

GRANT USAGE ON SCHEMA analytics TO receipts_sink, receipts_upkeep, receipts_analyst, receipts_admin;
GRANT EXECUTE ON FUNCTION
    analytics.sink_offsets(text, int[], text),
    analytics.ingest(text, int, bigint, bigint, bigint[], bytea[], bytea[], text[], text[]),
    analytics.ingest_dead(text, int, bigint, bigint, bigint, bytea, bytea, text, text, text, text) TO receipts_sink;

GRANT USAGE ON SCHEMA auth TO receipts_upkeep;
GRANT EXECUTE ON FUNCTION analytics.rollup(text), analytics.maintain(), analytics.prune_runs(interval),
    analytics.verify_sample(int),
    auth.revoke_expired() TO receipts_upkeep;

-- The views read for their owner, which has no table: so policies hold in them.
SELECT format('ALTER VIEW %s OWNER TO receipts_views', c.oid::regclass)
  FROM pg_class c
 WHERE c.relnamespace = 'analytics'::regnamespace AND c.relkind = 'v' AND c.relowner <> 'receipts_views'::regrole
\gexec
GRANT USAGE ON SCHEMA analytics, receipts TO receipts_views;
GRANT SELECT ON analytics.place, analytics.place_hour, analytics.place_day, analytics.place_month, analytics.raw_receipt,
    analytics.trace, analytics.batch, analytics.pending_batch, analytics.rollup_run, analytics.dead_letter TO receipts_views;

GRANT SELECT ON analytics.place_hourly, analytics.place_daily, analytics.place_monthly, analytics.category_hourly,
    analytics.category_daily, analytics.payment_daily, analytics.receipt, analytics.receipt_item,
    analytics.receipt_status, analytics.receipt_trace, analytics.freshness TO receipts_analyst, receipts_admin;
-- A view's functions run with the rights of whoever reads it.
GRANT EXECUTE ON FUNCTION analytics.local_day(timestamptz, text, interval), analytics.day_start(date, text, interval),
    analytics.visible_places(name) TO receipts_analyst, receipts_admin;
GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO receipts_admin;
GRANT EXECUTE ON FUNCTION
    analytics.rollup(text), analytics.verify(timestamptz, timestamptz), analytics.rebuild(timestamptz, timestamptz, text[]),
    analytics.scope_role(name, text[]), analytics.reassign_place(text[], text, text), analytics.set_place_calendar(text, text, interval),
    analytics.sink_reset_offset(text, int, bigint), analytics.sink_restart(text), analytics.sink_accept_cluster(text),
    analytics.repeated_transactions(), analytics.withdraw(text, timestamptz, text),
    analytics.verify_sample(int),
    analytics.dead_letter_retry(bigint), analytics.dead_letter_retry_code(text), analytics.dead_letter_dismiss(bigint, text)
    TO receipts_admin;
