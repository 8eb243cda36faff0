-- /api/dead-letters/
CREATE OR REPLACE FUNCTION api.dead_letter_object(d analytics.dead_letter) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', d.dead_letter_id, 'topic', d.topic, 'partition', d.partition, 'offset', d.offset,
        'code', d.code, 'pointer', d.pointer, 'message', d.message, 'errors', coalesce(d.errors, '[]'),
        'value_base64', replace(encode(d.value, 'base64'), E'\n', ''), 'arrived_at', api.instant(d.arrived_at),
        'resolved_at', api.instant(d.resolved_at), 'resolution', d.resolution, 'note', d.note)
$$;
COMMENT ON FUNCTION api.dead_letter_object(analytics.dead_letter) IS 'A dead letter as the API shows it; its bytes in base64, for they may be anything';

CREATE OR REPLACE FUNCTION api.dead_letters(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params, '{"code": "text", "open": "boolean", "limit": "number:1:1000", "cursor": "cursor:number"}');
    page_size int := coalesce((query.args ->> 'limit')::int, 100);
    open boolean := (query.args ->> 'open')::boolean;
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    found := (SELECT jsonb_agg(api.dead_letter_object(d) ORDER BY d.dead_letter_id DESC)
                FROM (SELECT * FROM analytics.dead_letter d
                       WHERE d.dead_letter_id < coalesce((query.args -> 'cursor' ->> 0)::bigint, 9223372036854775807)
                         AND (open IS NULL OR open = (d.resolved_at IS NULL))
                         AND (query.args ->> 'code' IS NULL OR d.code = query.args ->> 'code')
                       ORDER BY d.dead_letter_id DESC LIMIT page_size + 1) d);
    RETURN api.answer(200, api.page(coalesce(found, '[]'), page_size, '{id}'));
END
$$;
COMMENT ON FUNCTION api.dead_letters(bytea, jsonb, bytea) IS 'GET /api/dead-letters/: what could not be stored, newest first';

CREATE OR REPLACE FUNCTION api.dead_letter_id(params jsonb) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.dead_letter_id FROM analytics.dead_letter d
     WHERE params -> 'id' ->> 0 ~ '^\d{1,18}$' AND d.dead_letter_id = (params -> 'id' ->> 0)::bigint
$$;
COMMENT ON FUNCTION api.dead_letter_id(jsonb) IS 'The dead letter that the path names; NULL: there is none';

CREATE OR REPLACE FUNCTION api.dead_letter_retry(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params - 'id', '{}');
    wanted bigint := api.dead_letter_id(params);
    tried record;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    ELSIF wanted IS NULL THEN
        RETURN api.problem(404, 'not_found', 'No such dead letter', 'There is no dead letter with this id.');
    END IF;
    tried := analytics.dead_letter_retry(wanted);
    IF tried.errors IS NOT NULL THEN
        RETURN api.problem(422, 'still_invalid', 'The message still cannot be stored',
                           'It stays where it is; dismiss it if it never will.', tried.errors);
    END IF;
    RETURN api.answer(200, (SELECT api.dead_letter_object(d) FROM analytics.dead_letter d WHERE d.dead_letter_id = wanted));
END
$$;
COMMENT ON FUNCTION api.dead_letter_retry(bytea, jsonb, bytea) IS 'POST /api/dead-letters/{id}/retry/: stores it if it can be stored now; again changes nothing';

CREATE OR REPLACE FUNCTION api.dead_letter_retry_code(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params, '{"code": "text"}');
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    ELSIF NOT query.args ? 'code' THEN
        RETURN api.bad_arguments('[{"parameter": "code", "code": "missing_parameter", "message": "\"code\" is wanted: which dead letters to try again."}]');
    END IF;
    RETURN api.answer(200, (SELECT to_jsonb(r) FROM analytics.dead_letter_retry_code(query.args ->> 'code') r));
END
$$;
COMMENT ON FUNCTION api.dead_letter_retry_code(bytea, jsonb, bytea) IS 'POST /api/dead-letters/retry/?code=: tries all open ones with this code again';

CREATE OR REPLACE FUNCTION api.dead_letter_dismiss(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{}');
    query record := api.arguments(params - 'id', '{}');
    wanted bigint := api.dead_letter_id(params);
    given jsonb := api.json_object(body);
    note text := given ->> 'note';
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    ELSIF wanted IS NULL THEN
        RETURN api.problem(404, 'not_found', 'No such dead letter', 'There is no dead letter with this id.');
    ELSIF coalesce(trim(note), '') = '' OR jsonb_typeof(given -> 'note') <> 'string' THEN
        RETURN api.problem(400, 'invalid_dismissal', 'A note is wanted', 'Say in {"note": "…"} why it may go.',
                           '[{"pointer": "/note", "code": "missing_field", "message": "A text that says why is wanted, in a JSON object without NUL characters."}]');
    END IF;
    IF NOT analytics.dead_letter_dismiss(wanted, format('%s; token %s', left(note, 1000), caller.token_id)) THEN
        RETURN api.problem(409, 'already_resolved', 'It was resolved before', 'Nothing was changed.');
    END IF;
    RETURN api.answer(200, (SELECT api.dead_letter_object(d) FROM analytics.dead_letter d WHERE d.dead_letter_id = wanted));
END
$$;
COMMENT ON FUNCTION api.dead_letter_dismiss(bytea, jsonb, bytea) IS 'POST /api/dead-letters/{id}/dismiss/ with {"note": "…"}: closes it without storing it';
