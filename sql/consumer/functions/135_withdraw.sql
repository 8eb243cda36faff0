-- After the producer's journal was restored from an older backup: a transaction_id that
-- the journal no longer knew may have been accepted once more with another content.
CREATE OR REPLACE FUNCTION analytics.repeated_transactions()
RETURNS TABLE (transaction_id text, occurred_at timestamptz, place_id text, total_amount numeric, stored_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.transaction_id, r.occurred_at, r.place_id, r.total_amount, b.stored_at
      FROM analytics.raw_receipt r
      LEFT JOIN analytics.batch b USING (batch_id)
     WHERE r.transaction_id IN (SELECT d.transaction_id FROM analytics.raw_receipt d
                                 GROUP BY d.transaction_id HAVING count(*) > 1)
     ORDER BY r.transaction_id, b.stored_at, r.occurred_at
$$;
COMMENT ON FUNCTION analytics.repeated_transactions() IS
    'Receipts that share a transaction_id and differ in time or place, so that each counts: possible only when the producer''s journal was restored from an older backup; reads all raw receipts';

CREATE OR REPLACE FUNCTION analytics.withdraw(transaction_id text, occurred_at timestamptz, place_id text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- No batch in flight, nothing pending: what was counted is in the rollups.
    PERFORM pg_advisory_xact_lock(analytics.calendar_lock());
    IF (analytics.rollup('withdraw')).status <> 'succeeded' THEN
        RAISE EXCEPTION 'the rollup before a withdrawal failed; see analytics.rollup_run';
    END IF;
    DELETE FROM analytics.raw_receipt r
     WHERE r.transaction_id = withdraw.transaction_id AND r.occurred_at = withdraw.occurred_at
       AND r.place_id = withdraw.place_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM analytics.trace t
     WHERE t.transaction_id = withdraw.transaction_id AND t.occurred_at = withdraw.occurred_at
       AND t.place_id = withdraw.place_id;
    PERFORM analytics.rebuild(withdraw.occurred_at, withdraw.occurred_at + interval '1 microsecond', ARRAY[withdraw.place_id]);
    RETURN true;
END
$$;
COMMENT ON FUNCTION analytics.withdraw(text, timestamptz, text) IS
    'Takes one stored receipt out of the analytics and recounts its hour, day and month; false when there is none; it would count again if its message came again';
