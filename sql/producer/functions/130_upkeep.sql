-- Upkeep and figures for monitoring.
CREATE OR REPLACE FUNCTION journal.maintain() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM deploy.maintain_partitions('journal.receipt');
    DELETE FROM journal.trace t WHERE t.receipt_id < (SELECT min(r.receipt_id) FROM journal.receipt r);
END
$$;
COMMENT ON FUNCTION journal.maintain() IS
    'Upkeep: makes the journal''s next partitions and drops those past partman.part_config''s retention (none by default), with the traces of their receipts';

CREATE OR REPLACE FUNCTION api.metrics()
RETURNS TABLE (name text, type text, help text, labels text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'receipts_outbox_rows', 'gauge', 'Accepted receipts that Kafka has not acknowledged, counted up to 100000.', '',
           (SELECT count(*) FROM (SELECT FROM journal.outbox LIMIT 100000) o)::float8
    UNION ALL
    SELECT 'receipts_outbox_oldest_seconds', 'gauge', 'Age of the oldest receipt in the outbox.', '',
           coalesce(extract(epoch FROM clock_timestamp()
                            - (SELECT o.received_at FROM journal.outbox o ORDER BY o.receipt_id LIMIT 1)), 0)::float8
    UNION ALL
    SELECT 'receipts_relay_lease_epoch', 'gauge', 'Epoch of the relay''s lease; grows with each new holder.', '', l.epoch::float8
      FROM journal.relay_lease l
    UNION ALL
    SELECT 'receipts_relay_lease_held', 'gauge', 'Whether a relay holds the lease.', '',
           (l.expires_at > clock_timestamp())::int::float8
      FROM journal.relay_lease l
$$;
COMMENT ON FUNCTION api.metrics() IS 'Figures of the producer''s database for GET /metrics';
