-- The relay's side of the outbox: a lease, pages, acknowledgements.
CREATE OR REPLACE FUNCTION journal.relay_acquire(holder text, ttl interval) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE journal.relay_lease l
       SET epoch = CASE WHEN l.holder = relay_acquire.holder AND l.expires_at > clock_timestamp()
                        THEN l.epoch ELSE l.epoch + 1 END,
           holder = relay_acquire.holder,
           expires_at = clock_timestamp() + ttl
     WHERE l.holder = relay_acquire.holder OR l.expires_at <= clock_timestamp()
    RETURNING l.epoch
$$;
COMMENT ON FUNCTION journal.relay_acquire(text, interval) IS
    'Takes or renews the lease for ttl; returns its epoch, NULL while another holds it';

CREATE OR REPLACE FUNCTION journal.relay_release(epoch bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE journal.relay_lease l SET expires_at = '-infinity' WHERE l.epoch = relay_release.epoch
$$;
COMMENT ON FUNCTION journal.relay_release(bigint) IS 'Gives the lease back, so that another relay need not wait for its end';

CREATE OR REPLACE FUNCTION journal.relay_check(epoch bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- No lock: whatever a relay does after losing its lease is harmless (the consumer
    -- counts once), and a lock would make each fetch a transaction that writes.
    IF NOT EXISTS (SELECT FROM journal.relay_lease l
                    WHERE l.epoch = relay_check.epoch AND l.expires_at > clock_timestamp()) THEN
        RAISE EXCEPTION 'relay is fenced: lease epoch % has ended', epoch USING ERRCODE = 'PR001';
    END IF;
END
$$;
COMMENT ON FUNCTION journal.relay_check(bigint) IS 'Error PR001 unless this epoch''s lease still runs';

CREATE OR REPLACE FUNCTION journal.outbox_fetch(epoch bigint, after_id bigint, max_rows int)
RETURNS TABLE (receipt_id bigint, key text, value text, ce_id text, ce_time text, traceparent text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM journal.relay_check(epoch);
    RETURN QUERY
        SELECT o.receipt_id, o.key, o.value, o.receipt_id::text, api.instant(o.received_at),
               api.traceparent(t.trace_id, t.span_id, t.sampled)
          FROM journal.outbox o
          LEFT JOIN journal.trace t ON t.receipt_id = o.receipt_id
         WHERE o.receipt_id > after_id
         ORDER BY o.receipt_id
         LIMIT max_rows;
END
$$;
COMMENT ON FUNCTION journal.outbox_fetch(bigint, bigint, int) IS
    'The next receipts to publish, by id; PR001 when the lease has ended';

CREATE OR REPLACE FUNCTION journal.outbox_acknowledge(
    epoch bigint, topic text, receipt_ids bigint[], partitions int[], offsets bigint[])
RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted int;
BEGIN
    PERFORM journal.relay_check(epoch);
    INSERT INTO journal.publication (published_at, topic, partition, receipt_ids, offsets, span)
    SELECT clock_timestamp(), outbox_acknowledge.topic, a.at_partition,
           array_agg(a.receipt_id ORDER BY a.at_offset), array_agg(a.at_offset ORDER BY a.at_offset),
           int8range(min(a.receipt_id), max(a.receipt_id), '[]')
      FROM unnest(receipt_ids, partitions, offsets) AS a (receipt_id, at_partition, at_offset)
     GROUP BY a.at_partition;
    DELETE FROM journal.outbox o WHERE o.receipt_id = ANY (receipt_ids);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;
COMMENT ON FUNCTION journal.outbox_acknowledge(bigint, text, bigint[], int[], bigint[]) IS
    'Records what Kafka has acknowledged and deletes it from the outbox; returns how many; PR001 when the lease has ended';
