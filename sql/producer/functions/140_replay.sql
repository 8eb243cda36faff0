-- Judging again what was refused, sending again what was accepted.
CREATE OR REPLACE FUNCTION journal.resubmit(
    from_at timestamptz, to_at timestamptz DEFAULT 'infinity', OUT judged bigint, OUT accepted bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chunk record;
    verdicts journal.verdict[];
    after_id bigint := 0;
BEGIN
    judged := 0;
    accepted := 0;
    LOOP
        SELECT array_agg(t.hash ORDER BY r.receipt_id) AS tokens, array_agg(r.body ORDER BY r.receipt_id) AS bodies,
               array_agg(r.address ORDER BY r.receipt_id) AS addresses,
               array_agg(r.request_id ORDER BY r.receipt_id) AS request_ids,
               array_agg(ROW(r.receipt_id, r.received_at)::journal.original ORDER BY r.receipt_id) AS originals,
               max(r.receipt_id) AS last_id
          INTO chunk
          FROM (SELECT * FROM journal.receipt r
                 WHERE r.outcome = 'rejected' AND r.resubmitted_id IS NULL AND r.receipt_id > after_id
                   AND r.received_at >= from_at AND r.received_at < to_at
                   AND NOT EXISTS (SELECT FROM journal.accepted a WHERE a.transaction_id = r.transaction_id)
                 ORDER BY r.receipt_id LIMIT 500) r
          JOIN auth.token t USING (token_id);
        EXIT WHEN chunk.last_id IS NULL;
        verdicts := journal.take(chunk.tokens, chunk.bodies, chunk.addresses, chunk.request_ids, chunk.originals);
        judged := judged + cardinality(verdicts);
        accepted := accepted + (SELECT count(*) FROM unnest(verdicts) v WHERE v.outcome = 'accepted');
        after_id := chunk.last_id;
    END LOOP;
END
$$;
COMMENT ON FUNCTION journal.resubmit(timestamptz, timestamptz) IS
    'Judges again the receipts refused in [from, to), after a rule or a place was mended; what is accepted now goes its way as if it had just arrived';

CREATE OR REPLACE FUNCTION journal.republish(from_at timestamptz, to_at timestamptz DEFAULT 'infinity') RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH queued AS (
        INSERT INTO journal.outbox (receipt_id, received_at, key, value)
        SELECT r.receipt_id, r.received_at,
               CASE r.place_id WHEN 'unassigned' THEN r.transaction_id ELSE r.place_id END, n.canonical
          FROM journal.receipt r
          LEFT JOIN journal.place p USING (place_id)
         -- Place and zone as they were resolved then: it must be the same receipt.
         CROSS JOIN LATERAL receipts.receipt_normalize(r.body, r.place_id, p.place_name, r.zone) n
         WHERE r.outcome = 'accepted' AND r.received_at >= from_at AND r.received_at < to_at
           AND n.canonical IS NOT NULL
        ON CONFLICT (receipt_id) DO NOTHING
        RETURNING 1
    ), woken AS (
        SELECT pg_notify('receipts_outbox', '')
    )
    SELECT count(*) FROM queued, woken
$$;
COMMENT ON FUNCTION journal.republish(timestamptz, timestamptz) IS
    'Puts the receipts accepted in [from, to) into the outbox once more, for a topic that was lost; harmless, the consumer counts once; returns how many';

CREATE OR REPLACE FUNCTION journal.after_restore(OUT next_receipt_id bigint, OUT lease_epoch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Farther than any server can come between a backup and its loss.
    next_receipt_id := nextval('journal.receipt_id_seq') + 1000000000;
    PERFORM setval('journal.receipt_id_seq', next_receipt_id, false);
    UPDATE journal.relay_lease l
       SET epoch = l.epoch + 1000000, holder = NULL, expires_at = '-infinity'
    RETURNING l.epoch INTO lease_epoch;
END
$$;
COMMENT ON FUNCTION journal.after_restore() IS
    'For a DBA, once after this database was restored from a backup and before anything writes to it: leaves a gap in the receipt ids, which are the ce_id of messages that Kafka may have already, and in the relay''s epochs, so that a relay from before is fenced';
