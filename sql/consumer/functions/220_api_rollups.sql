-- /api/rollups/
CREATE OR REPLACE FUNCTION api.rollup_object(r analytics.rollup_run) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'run_id', r.run_id, 'started_by', r.started_by, 'status', r.status,
        'started_at', api.instant(r.started_at), 'finished_at', api.instant(r.finished_at),
        'batches', r.batches, 'deltas', r.deltas, 'receipts', r.receipts, 'buckets', r.buckets, 'message', r.message)
$$;
COMMENT ON FUNCTION api.rollup_object(analytics.rollup_run) IS 'A run as the API shows it';

CREATE OR REPLACE FUNCTION api.rollup_start(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params, '{}');
    run analytics.rollup_run;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    run := analytics.rollup('api');
    IF run.status = 'failed' THEN
        RETURN api.problem(503, 'rollup_failed', 'The rollup failed and changed nothing', run.message,
                           headers => '{"Retry-After": "5"}');
    END IF;
    RETURN api.answer(200, api.rollup_object(run));
END
$$;
COMMENT ON FUNCTION api.rollup_start(bytea, jsonb, bytea) IS 'POST /api/rollups/: runs one now and answers when it is done';

CREATE OR REPLACE FUNCTION api.rollups(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params, '{"limit": "number:1:1000", "cursor": "cursor:number"}');
    page_size int := coalesce((query.args ->> 'limit')::int, 100);
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    found := (SELECT jsonb_agg(api.rollup_object(r) ORDER BY r.run_id DESC)
                FROM (SELECT * FROM analytics.rollup_run
                       WHERE run_id < coalesce((query.args -> 'cursor' ->> 0)::bigint, 9223372036854775807)
                       ORDER BY run_id DESC LIMIT page_size + 1) r);
    RETURN api.answer(200, api.page(coalesce(found, '[]'), page_size, '{run_id}'));
END
$$;
COMMENT ON FUNCTION api.rollups(bytea, jsonb, bytea) IS 'GET /api/rollups/: the runs, newest first';
