-- Dead letters: tried again after a mend, or dismissed with a word why.
CREATE OR REPLACE FUNCTION analytics.dead_letter_store(letter analytics.dead_letter, OUT resolution text, OUT errors jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    batch bigint := nextval('analytics.batch_id_seq');
    done record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(analytics.calendar_lock());
    done := analytics.store(batch, ARRAY[letter."offset"], ARRAY[letter.key], ARRAY[letter.value], ARRAY[letter.type],
                            ARRAY[letter.traceparent], letter.topic, letter.partition);
    PERFORM analytics.record_batch(batch, letter.topic, letter.partition, letter."offset", letter."offset" + 1,
                                   done.stored, done.repeated, done.dead);
    resolution := CASE done.stored WHEN 1 THEN 'stored' ELSE 'repeated' END;
EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR internal_error THEN
    -- What the sink takes for the message's fault; it must not end the retry of others.
    errors := jsonb_build_array(jsonb_build_object('pointer', '', 'code', SQLSTATE, 'message', SQLERRM));
END
$$;
COMMENT ON FUNCTION analytics.dead_letter_store(analytics.dead_letter) IS
    'Stores the receipt of a dead letter; errors: the database still refuses it, and nothing has changed';

CREATE OR REPLACE FUNCTION analytics.dead_letter_retry(
    dead_letter_id bigint, OUT resolution text, OUT errors jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    letter analytics.dead_letter;
BEGIN
    SELECT * INTO letter FROM analytics.dead_letter d
     WHERE d.dead_letter_id = dead_letter_retry.dead_letter_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'dead letter % is not known', dead_letter_id USING ERRCODE = 'no_data_found';
    ELSIF letter.resolved_at IS NOT NULL THEN
        resolution := letter.resolution;
        RETURN;
    END IF;
    errors := (SELECT analytics.message_errors(letter.value, letter.type, p.errors)
                 FROM receipts.receipt_parse(letter.value) p);
    IF errors IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT s.resolution, s.errors INTO resolution, errors FROM analytics.dead_letter_store(letter) s;
    IF resolution IS NOT NULL THEN
        UPDATE analytics.dead_letter d
           SET resolved_at = clock_timestamp(), resolution = dead_letter_retry.resolution
         WHERE d.dead_letter_id = letter.dead_letter_id;
    END IF;
END
$$;
COMMENT ON FUNCTION analytics.dead_letter_retry(bigint) IS
    'Stores a dead letter as if it came now, once: again it only tells how it was resolved; errors: why it still cannot be stored';

CREATE OR REPLACE FUNCTION analytics.dead_letter_retry_code(code text, OUT retried bigint, OUT resolved bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*), count(r.resolution)
      FROM (SELECT d.dead_letter_id FROM analytics.dead_letter d
             WHERE d.code = dead_letter_retry_code.code AND d.resolved_at IS NULL ORDER BY 1) d
     CROSS JOIN LATERAL analytics.dead_letter_retry(d.dead_letter_id) r
$$;
COMMENT ON FUNCTION analytics.dead_letter_retry_code(text) IS 'Tries all open dead letters with this code again; returns how many, and how many of them are stored now';

CREATE OR REPLACE FUNCTION analytics.dead_letter_dismiss(dead_letter_id bigint, note text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        UPDATE analytics.dead_letter d
           SET resolved_at = clock_timestamp(), resolution = 'dismissed',
               note = format('%s (%s)', dead_letter_dismiss.note, session_user)
         WHERE d.dead_letter_id = dead_letter_dismiss.dead_letter_id AND d.resolved_at IS NULL RETURNING 1)
    SELECT EXISTS (SELECT FROM gone)
$$;
COMMENT ON FUNCTION analytics.dead_letter_dismiss(bigint, text) IS
    'Closes a dead letter without storing it; the note says why; false when there is no such open one';
