-- POST /api/checks/batch/
CREATE OR REPLACE FUNCTION api.batch_result(v journal.verdict, index int, brief boolean, language text DEFAULT NULL) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'index', index, 'transaction_id', v.transaction_id,
               'status', CASE v.outcome WHEN 'misplaced' THEN 'rejected' ELSE v.outcome END,
               'errors', CASE WHEN brief THEN NULL ELSE CASE v.outcome
                   WHEN 'misplaced' THEN journal.misplaced_errors(v.place_id, language)
                   WHEN 'conflict' THEN journal.conflict_errors(language)
                   ELSE v.errors END END,
               'warnings', CASE WHEN brief THEN NULL ELSE v.warnings END))::text
$$;
COMMENT ON FUNCTION api.batch_result(journal.verdict, int, boolean, text) IS
    'One receipt''s result in the answer to a batch; brief: without errors and warnings; language: ru or NULL';

CREATE OR REPLACE FUNCTION api.submit_batch(
    token bytea, bodies bytea[], address inet, request_id text, first_index int,
    traceparent text DEFAULT NULL, brief boolean DEFAULT false, language text DEFAULT NULL,
    OUT accepted int, OUT duplicates int, OUT conflicts int, OUT rejected int, OUT results text, OUT refused api.reply)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    verdicts journal.verdict[];
BEGIN
    refused := api.refuse(auth.identify(token), '{submitter}');
    IF refused.status IS NOT NULL THEN
        RETURN;
    END IF;
    verdicts := journal.take(array_fill(token, ARRAY[cardinality(bodies)]), bodies,
                             array_fill(address, ARRAY[cardinality(bodies)]),
                             array_fill(request_id, ARRAY[cardinality(bodies)]),
                             traceparents => array_fill(traceparent, ARRAY[cardinality(bodies)]));
    SELECT count(*) FILTER (WHERE v.outcome = 'accepted'), count(*) FILTER (WHERE v.outcome = 'duplicate'),
           count(*) FILTER (WHERE v.outcome = 'conflict'),
           count(*) FILTER (WHERE v.outcome NOT IN ('accepted', 'duplicate', 'conflict')),
           -- The plain case is written here, since a function a receipt would cost more than the rest.
           string_agg(CASE WHEN v.errors IS NULL AND v.warnings IS NULL AND v.outcome IN ('accepted', 'duplicate') THEN
                               format('{"index": %s, "transaction_id": %s, "status": "%s"}',
                                      first_index + v.ordinal - 1, to_json(v.transaction_id), v.outcome)
                           ELSE api.batch_result(CASE WHEN brief THEN v ELSE journal.in_language(v, bodies[v.ordinal], language) END,
                                                 first_index + v.ordinal - 1, brief, language) END, ', ' ORDER BY v.ordinal)
      INTO accepted, duplicates, conflicts, rejected, results
      FROM unnest(verdicts) v;
END
$$;
COMMENT ON FUNCTION api.submit_batch(bytea, bytea[], inet, text, int, text, boolean, text) IS
    'One chunk of POST /api/checks/batch/, one commit: counts, and the results as the inside of a JSON array; language: ru or NULL; refused: the answer when the token may not';
