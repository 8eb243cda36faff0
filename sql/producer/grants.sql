-- Who may do what in the producer's database: each program just its job.
SELECT format('GRANT CONNECT ON DATABASE %I TO receipts_producer, receipts_relay, receipts_upkeep, receipts_admin',
              current_database()) \gexec

GRANT USAGE ON SCHEMA api TO receipts_producer;
GRANT EXECUTE ON FUNCTION
    api.submit(bytea[], bytea[], inet[], text[], text[], text[]), api.check_status(bytea, jsonb, bytea), api.journal(bytea, jsonb, bytea),
    api.submit_batch(bytea, bytea[], inet, text, int, text, boolean, text),
    api.tokens(bytea, jsonb, bytea), api.token_create(bytea, jsonb, bytea), api.token_revoke(bytea, jsonb, bytea),
    api.known_tokens(bytea[]), api.tokens_used(bytea[], bigint[]), api.metrics() TO receipts_producer;

GRANT USAGE ON SCHEMA journal TO receipts_relay, receipts_admin, receipts_upkeep;
GRANT EXECUTE ON FUNCTION
    journal.relay_acquire(text, interval), journal.relay_release(bigint), journal.outbox_fetch(bigint, bigint, int),
    journal.outbox_acknowledge(bigint, text, bigint[], int[], bigint[]) TO receipts_relay;

GRANT USAGE ON SCHEMA auth TO receipts_upkeep;
GRANT EXECUTE ON FUNCTION journal.maintain(), auth.revoke_expired() TO receipts_upkeep;

GRANT USAGE ON SCHEMA receipts TO receipts_admin;
GRANT SELECT ON journal.receipt, journal.accepted, journal.outbox, journal.trace, journal.publication, journal.event,
    journal.receipt_status, journal.relay_lease TO receipts_admin;
-- A view's functions run with the rights of whoever reads it.
GRANT EXECUTE ON FUNCTION journal.published(bigint), journal.resubmit(timestamptz, timestamptz),
    journal.republish(timestamptz, timestamptz), journal.after_restore() TO receipts_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON journal.place TO receipts_admin;
