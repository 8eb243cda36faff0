-- Intake: judges receipts, journals every one, queues the accepted ones.
-- Loads pg_receipts, or only a superuser could name its settings in a function.
DO $$ BEGIN PERFORM receipts.receipt_is_valid(''); END $$;

CREATE OR REPLACE FUNCTION journal.misplaced_errors(place_id text, language text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_array(jsonb_build_object(
        'pointer', '/place_id', 'code', 'foreign_place',
        'message', format(CASE language WHEN 'ru' THEN 'Токен не привязан к месту «%s».'
                               ELSE 'The token is not bound to place "%s".' END, place_id)))
$$;
COMMENT ON FUNCTION journal.misplaced_errors(text, text) IS
    'The problem of a receipt whose place is none of its token''s; language: ru or NULL';

CREATE OR REPLACE FUNCTION journal.conflict_errors(language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_array(jsonb_build_object(
        'pointer', '/transaction_id', 'code', 'conflict',
        'message', CASE language WHEN 'ru' THEN 'Чек с этим transaction_id был принят раньше с другим содержанием.'
                        ELSE 'This transaction_id was accepted before with other content.' END))
$$;
COMMENT ON FUNCTION journal.conflict_errors(text) IS
    'The problem of a receipt whose transaction_id another one has; language: ru or NULL';

CREATE OR REPLACE FUNCTION journal.judge(
    tokens bytea[], bodies bytea[], addresses inet[], request_ids text[], received timestamptz,
    originals journal.original[] DEFAULT NULL)
RETURNS journal.verdict[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET pg_receipts.language = 'en'
AS $$
DECLARE
    verdicts journal.verdict[];
BEGIN
-- PL/pgSQL for its plan, which is made once a session.
WITH input AS MATERIALIZED (
    SELECT i.ordinal::int, i.body, i.address, i.request_id, t.token_id, t.role, t.places,
           CASE WHEN cardinality(t.places) = 1 THEN t.places[1] END AS default_place,
           originals[i.ordinal].receipt_id AS resubmitted_id
      FROM unnest(tokens, bodies, addresses, request_ids)
           WITH ORDINALITY AS i (token, body, address, request_id, ordinal)
      LEFT JOIN auth.token t
             ON t.hash = i.token
                -- One that came earlier was sent with a token that was valid then.
            AND (t.revoked_at IS NULL OR t.revoked_at > originals[i.ordinal].received_at)
            AND (t.expires_at IS NULL OR t.expires_at > coalesce(originals[i.ordinal].received_at, received))
), judged AS MATERIALIZED (
    SELECT i.*, p.place_name AS default_name, n.transaction_id, n.place_id, n.zone_given,
           n.canonical, n.digest, n.errors, n.warnings
      FROM input i
      LEFT JOIN journal.place p ON p.place_id = i.default_place
     CROSS JOIN LATERAL receipts.receipt_normalize(i.body, i.default_place, p.place_name, NULL) n
     WHERE i.role IN ('submitter', 'admin')
), zoned AS MATERIALIZED (
    -- Only after parsing is it known whose zone counts; most receipts carry an offset.
    SELECT j.ordinal, p.timezone, z.canonical, z.digest, z.errors, z.warnings
      FROM judged j
      JOIN journal.place p ON p.place_id = j.place_id AND p.timezone IS NOT NULL
     CROSS JOIN LATERAL receipts.receipt_normalize(j.body, j.default_place, j.default_name, p.timezone) z
     WHERE j.zone_given IS NOT TRUE
), decided AS MATERIALIZED (
    SELECT j.ordinal, j.token_id, j.address, j.request_id, j.resubmitted_id, j.body, j.transaction_id, j.place_id,
           CASE WHEN j.zone_given IS FALSE OR z.ordinal IS NOT NULL
                THEN coalesce(z.timezone, current_setting('pg_receipts.default_timezone', true)) END AS zone,
           nextval('journal.receipt_id_seq') AS receipt_id,
           CASE WHEN z.ordinal IS NULL THEN j.canonical ELSE z.canonical END AS canonical,
           CASE WHEN z.ordinal IS NULL THEN j.digest ELSE z.digest END AS digest,
           CASE WHEN z.ordinal IS NULL THEN j.errors ELSE z.errors END AS errors,
           CASE WHEN z.ordinal IS NULL THEN j.warnings ELSE z.warnings END AS warnings,
           j.place_id <> ALL (j.places) AS misplaced
      FROM (SELECT * FROM judged ORDER BY ordinal) j   -- numbers in the order of arrival
      LEFT JOIN zoned z USING (ordinal)
), claimed AS (
    -- In the order of the ids, so that two batches never wait for each other in a circle.
    INSERT INTO journal.accepted (transaction_id, receipt_id, received_at, digest)
    SELECT DISTINCT ON (d.transaction_id) d.transaction_id, d.receipt_id, received, d.digest
      FROM decided d
     WHERE d.errors IS NULL AND d.misplaced IS NOT TRUE
     ORDER BY d.transaction_id, d.ordinal
    ON CONFLICT (transaction_id) DO NOTHING
    RETURNING receipt_id
), settled AS MATERIALIZED (
    SELECT d.*,
           CASE WHEN d.errors IS NOT NULL THEN 'rejected'
                WHEN d.misplaced THEN 'misplaced'
                WHEN c.receipt_id IS NOT NULL THEN 'accepted' END AS outcome
      FROM decided d
      LEFT JOIN claimed c USING (receipt_id)
), journaled AS (
    INSERT INTO journal.receipt (receipt_id, received_at, outcome, token_id, address, request_id,
                                 transaction_id, place_id, zone, resubmitted_id, body, errors, warnings)
    SELECT s.receipt_id, received, CASE s.outcome WHEN 'misplaced' THEN 'rejected' ELSE s.outcome END,
           s.token_id, s.address, s.request_id, s.transaction_id, s.place_id, s.zone, s.resubmitted_id, s.body,
           CASE s.outcome WHEN 'misplaced' THEN journal.misplaced_errors(s.place_id) ELSE s.errors END,
           s.warnings
      FROM settled s
     WHERE s.outcome IS NOT NULL
), queued AS (
    INSERT INTO journal.outbox (receipt_id, received_at, key, value)
    SELECT s.receipt_id, received,
           CASE s.place_id WHEN 'unassigned' THEN s.transaction_id ELSE s.place_id END, s.canonical
      FROM settled s
     WHERE s.outcome = 'accepted'
)
SELECT array_agg(v) INTO verdicts
  FROM (SELECT ROW(s.ordinal, s.token_id, s.receipt_id, s.outcome, s.transaction_id, s.place_id,
                   s.digest, s.zone, s.errors, s.warnings, received)::journal.verdict
          FROM settled s
        UNION ALL
        SELECT ROW(i.ordinal, i.token_id, NULL, CASE WHEN i.token_id IS NULL THEN 'unauthorized' ELSE 'forbidden' END,
                   NULL, NULL, NULL, NULL, NULL, NULL, NULL)::journal.verdict
          FROM input i
         WHERE i.role IS NULL OR i.role = 'analyst') AS found (v);
RETURN verdicts;
END
$$;
COMMENT ON FUNCTION journal.judge(bytea[], bytea[], inet[], text[], timestamptz, journal.original[]) IS
    'Intake''s one statement: parses, claims transaction_ids, journals (in English) and queues; leaves undecided (outcome NULL) those whose transaction_id was taken';

CREATE OR REPLACE FUNCTION journal.judge_repeats(
    verdicts journal.verdict[], bodies bytea[], addresses inet[], request_ids text[], received timestamptz,
    originals journal.original[] DEFAULT NULL)
RETURNS journal.verdict[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    decided journal.verdict[];
BEGIN
WITH judged AS MATERIALIZED (
    SELECT v.*, a.received_at AS accepted_at, v.outcome IS NULL AS repeated,
           CASE WHEN v.outcome IS NOT NULL THEN v.outcome
                WHEN a.digest = v.digest THEN 'duplicate' ELSE 'conflict' END AS final
      FROM unnest(verdicts) v
      LEFT JOIN journal.accepted a ON v.outcome IS NULL AND a.transaction_id = v.transaction_id
), journaled AS (
    INSERT INTO journal.receipt (receipt_id, received_at, outcome, token_id, address, request_id,
                                 transaction_id, place_id, zone, resubmitted_id, body, warnings)
    SELECT j.receipt_id, received, j.final, j.token_id, addresses[j.ordinal], request_ids[j.ordinal],
           j.transaction_id, j.place_id, j.zone, originals[j.ordinal].receipt_id, bodies[j.ordinal], j.warnings
      FROM judged j
     WHERE j.repeated
)
SELECT array_agg(ROW(j.ordinal, j.token_id, j.receipt_id, j.final, j.transaction_id, j.place_id, j.digest,
                     j.zone, j.errors, j.warnings, coalesce(j.accepted_at, j.original_at))::journal.verdict)
  INTO decided
  FROM judged j;
RETURN decided;
END
$$;
COMMENT ON FUNCTION journal.judge_repeats(journal.verdict[], bytea[], inet[], text[], timestamptz, journal.original[]) IS
    'Decides duplicate or conflict for the undecided, by the digest of the one accepted, and journals them';

CREATE OR REPLACE FUNCTION journal.reworded(found jsonb, words jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    -- The verdict stays the first one's, whatever the second look found.
    SELECT jsonb_agg(CASE WHEN w.problem - 'message' = f.problem - 'message' THEN w.problem ELSE f.problem END ORDER BY f.n)
      FROM jsonb_array_elements(found) WITH ORDINALITY AS f (problem, n)
      LEFT JOIN jsonb_array_elements(words) WITH ORDINALITY AS w (problem, n) USING (n)
$$;
COMMENT ON FUNCTION journal.reworded(jsonb, jsonb) IS
    'Problems with the messages of others that are the same otherwise; NULL when there is none';

CREATE OR REPLACE FUNCTION journal.in_russian(v journal.verdict, body bytea) RETURNS journal.verdict
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET pg_receipts.language = 'ru'
AS $$
DECLARE
    words record;
BEGIN
    IF v.errors IS NOT NULL OR v.warnings IS NOT NULL THEN
        SELECT n.errors, n.warnings INTO words FROM receipts.receipt_normalize(body, NULL, NULL, v.zone) n;
        v.errors := journal.reworded(v.errors, words.errors);
        v.warnings := journal.reworded(v.warnings, words.warnings);
    END IF;
    RETURN v;
END
$$;
COMMENT ON FUNCTION journal.in_russian(journal.verdict, bytea) IS
    'The verdict of a receipt with its messages in Russian, by a second look at it';

CREATE OR REPLACE FUNCTION journal.in_language(v journal.verdict, body bytea, language text) RETURNS journal.verdict
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE language WHEN 'ru' THEN journal.in_russian(v, body) ELSE v END
$$;
COMMENT ON FUNCTION journal.in_language(journal.verdict, bytea, text) IS
    'The verdict with its messages as the client wants them; language: ru, or NULL for English';

CREATE OR REPLACE FUNCTION api.language_headers(language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object('Content-Language', coalesce(language, 'en'), 'Vary', 'Accept-Language')
$$;
COMMENT ON FUNCTION api.language_headers(text) IS 'The headers of an answer whose words depend on the client; language: ru or NULL';

CREATE OR REPLACE FUNCTION api.problem_count(errors jsonb, language text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN language = 'ru' THEN format('Найдено ошибок: %s; сохранена только запись в журнале.', n)
                WHEN n = 1 THEN '1 problem was found; nothing was stored but the journal''s record.'
                ELSE format('%s problems were found; nothing was stored but the journal''s record.', n) END
      FROM jsonb_array_length(errors) AS n
$$;
COMMENT ON FUNCTION api.problem_count(jsonb, text) IS 'The sentence about a rejected receipt; language: ru or NULL';

CREATE OR REPLACE FUNCTION api.submit_reply(v journal.verdict, language text DEFAULT NULL) RETURNS api.reply
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN v.outcome IN ('accepted', 'duplicate') THEN
            ROW(CASE v.outcome WHEN 'accepted' THEN 201 ELSE 200 END,
                format('{"transaction_id": %s, "status": "%s", "place_id": %s, "received_at": "%s", "warnings": %s}',
                       to_json(v.transaction_id), v.outcome, to_json(v.place_id), api.instant(v.original_at),
                       coalesce(v.warnings, '[]')),
                CASE WHEN v.warnings IS NOT NULL THEN api.language_headers(language) END)::api.reply
        WHEN v.outcome = 'conflict' THEN
            api.problem(409, 'conflict',
                        CASE language WHEN 'ru' THEN 'Этот transaction_id есть у другого чека'
                             ELSE 'Another receipt has this transaction_id' END,
                        format(CASE language WHEN 'ru' THEN 'Чек «%s» принят %s с другим содержанием; ничего не изменено.'
                                    ELSE 'Receipt "%s" was accepted at %s with other content; nothing was changed.' END,
                               v.transaction_id, api.instant(v.original_at)),
                        journal.conflict_errors(language), api.language_headers(language))
        WHEN v.outcome = 'rejected' THEN
            api.problem(400, 'invalid_receipt',
                        CASE language WHEN 'ru' THEN 'В чеке есть ошибки' ELSE 'The receipt is not valid' END,
                        api.problem_count(v.errors, language), v.errors, api.language_headers(language))
        WHEN v.outcome = 'misplaced' THEN
            api.problem(403, 'foreign_place',
                        CASE language WHEN 'ru' THEN 'Это не место данного токена' ELSE 'Not a place of this token' END,
                        format(CASE language WHEN 'ru' THEN 'Токен привязан к другим местам, а не к «%s».'
                                    ELSE 'The token is bound to other places than "%s".' END, v.place_id),
                        journal.misplaced_errors(v.place_id, language), api.language_headers(language))
        WHEN v.outcome = 'forbidden' THEN
            api.refuse(jsonb_populate_record(NULL::auth.token, jsonb_build_object('token_id', v.token_id, 'role', 'analyst')),
                       '{submitter}')
        ELSE api.refuse(NULL, '{submitter}')
    END
$$;
COMMENT ON FUNCTION api.submit_reply(journal.verdict, text) IS 'The answer to one submitted receipt; language: ru or NULL';

CREATE OR REPLACE FUNCTION journal.keep_traces(verdicts journal.verdict[], traceparents text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Most receipts come without one: then this is all there is to do.
    IF traceparents IS NULL OR array_remove(traceparents, NULL) = '{}' THEN
        RETURN;
    END IF;
    INSERT INTO journal.trace (receipt_id, trace_id, span_id, sampled)
    SELECT v.receipt_id, t.trace_id, t.span_id, t.sampled
      FROM unnest(verdicts) v, api.read_traceparent(traceparents[v.ordinal]) t
     WHERE v.receipt_id IS NOT NULL AND t.trace_id IS NOT NULL;
END
$$;
COMMENT ON FUNCTION journal.keep_traces(journal.verdict[], text[]) IS
    'Keeps the trace context of what was journaled; traceparents in the order of the verdicts'' ordinals, NULL where there is none';

CREATE OR REPLACE FUNCTION journal.take(
    tokens bytea[], bodies bytea[], addresses inet[], request_ids text[], originals journal.original[] DEFAULT NULL,
    traceparents text[] DEFAULT NULL)
RETURNS journal.verdict[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    received timestamptz := clock_timestamp();
    verdicts journal.verdict[] := journal.judge(tokens, bodies, addresses, request_ids, received, originals);
    undecided boolean;
    accepted boolean;
BEGIN
    SELECT bool_or(v.outcome IS NULL), bool_or(v.outcome = 'accepted') INTO undecided, accepted
      FROM unnest(verdicts) v;
    -- A statement of its own: its snapshot sees what another batch has claimed meanwhile.
    IF undecided THEN
        verdicts := journal.judge_repeats(verdicts, bodies, addresses, request_ids, received, originals);
    END IF;
    PERFORM journal.keep_traces(verdicts, traceparents);
    IF accepted THEN
        PERFORM pg_notify('receipts_outbox', '');
    END IF;
    RETURN verdicts;
END
$$;
COMMENT ON FUNCTION journal.take(bytea[], bytea[], inet[], text[], journal.original[], text[]) IS
    'Judges and journals receipts, each alone, and wakes the relay; returns a verdict for each';

CREATE OR REPLACE FUNCTION api.submit(
    tokens bytea[], bodies bytea[], addresses inet[], request_ids text[],
    traceparents text[] DEFAULT NULL, languages text[] DEFAULT NULL)
RETURNS TABLE (ordinal int, status int, body text, headers jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    verdicts journal.verdict[] := journal.take(tokens, bodies, addresses, request_ids, traceparents => traceparents);
    received text := api.instant((SELECT v.original_at FROM unnest(verdicts) v WHERE v.outcome = 'accepted' LIMIT 1));
BEGIN
    -- The usual answer, which has no words, here; the others by a call each.
    RETURN QUERY
        SELECT v.ordinal, 201,
               '{"transaction_id": ' || to_json(v.transaction_id)::text || ', "status": "accepted", "place_id": '
               || to_json(v.place_id)::text || ', "received_at": "' || received || '", "warnings": []}', NULL::jsonb
          FROM unnest(verdicts) v
         WHERE v.outcome = 'accepted' AND v.warnings IS NULL
        UNION ALL
        SELECT v.ordinal, r.status, r.body, r.headers
          FROM unnest(verdicts) v,
               api.submit_reply(journal.in_language(v, bodies[v.ordinal], languages[v.ordinal]), languages[v.ordinal]) r
         WHERE v.outcome <> 'accepted' OR v.warnings IS NOT NULL
         ORDER BY 1;
END
$$;
COMMENT ON FUNCTION api.submit(bytea[], bytea[], inet[], text[], text[], text[]) IS
    'POST /api/checks/ for every request that waits: judges each alone, one commit; tokens are SHA-256 or NULL, traceparents NULL where there was none, languages ru or NULL, ordinal counts from 1';
