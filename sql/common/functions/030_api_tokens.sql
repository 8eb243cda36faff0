-- /api/tokens/: for admins, the same at both services.
CREATE OR REPLACE FUNCTION api.token_object(t auth.token) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', t.token_id, 'name', t.name, 'role', t.role, 'places', t.places,
        'rate_limit', t.rate_limit,
        'created_at', api.instant(t.created_at), 'expires_at', api.instant(t.expires_at),
        'revoked_at', api.instant(t.revoked_at),
        'last_used_at', api.instant((SELECT u.last_used_at FROM auth.token_use u WHERE u.token_id = t.token_id)))
$$;
COMMENT ON FUNCTION api.token_object(auth.token) IS 'A token as the API shows it: without its hash';

CREATE OR REPLACE FUNCTION api.tokens(token bytea, params jsonb, body bytea) RETURNS api.reply
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
    found := (SELECT jsonb_agg(api.token_object(t) ORDER BY t.token_id)
                FROM (SELECT * FROM auth.token
                       WHERE token_id > coalesce((query.args -> 'cursor' ->> 0)::bigint, 0)
                       ORDER BY token_id LIMIT page_size + 1) t);
    RETURN api.answer(200, api.page(coalesce(found, '[]'), page_size, '{id}'));
END
$$;
COMMENT ON FUNCTION api.tokens(bytea, jsonb, bytea) IS 'GET /api/tokens/: every token, without secrets';

CREATE OR REPLACE FUNCTION api.page(found jsonb, page_size int, keys text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'results', CASE WHEN jsonb_array_length(found) > page_size THEN found - page_size ELSE found END,
        'next', CASE WHEN jsonb_array_length(found) > page_size THEN
                    api.encode_cursor((SELECT jsonb_agg(found -> (page_size - 1) -> k ORDER BY n)
                                         FROM unnest(keys) WITH ORDINALITY u (k, n))) END)
$$;
COMMENT ON FUNCTION api.page(jsonb, int, text[]) IS
    'One page of a listing from one row more than it holds; "next" is made of these keys of its last row';

CREATE OR REPLACE FUNCTION api.token_request(body bytea, OUT given jsonb, OUT errors jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    given := api.json_object(body);
    IF given IS NULL THEN
        errors := '[{"pointer": "", "code": "not_an_object", "message": "The body must be a JSON object, without NUL characters."}]';
        RETURN;
    END IF;
    SELECT jsonb_agg(jsonb_build_object('pointer', p, 'code', c, 'message', m) ORDER BY p) INTO errors
      FROM (SELECT '/' || k, 'unknown_field', format('There is no field "%s" here.', k)
              FROM jsonb_object_keys(given) k
             WHERE k NOT IN ('name', 'role', 'places', 'expires_at', 'rate_limit')
            UNION ALL
            SELECT '/name', 'invalid_value', 'A text of 1 to 128 characters is wanted.'
             WHERE coalesce(jsonb_typeof(given -> 'name') <> 'string'
                            OR given ->> 'name' !~ '^[^[:cntrl:]]{1,128}$', true)
            UNION ALL
            SELECT '/role', 'invalid_value', 'One of submitter, analyst, admin is wanted.'
             WHERE coalesce(given ->> 'role' NOT IN ('submitter', 'analyst', 'admin'), true)
            UNION ALL
            SELECT '/places', 'invalid_value', 'A non-empty array of place_ids, or null, is wanted.'
             WHERE jsonb_typeof(given -> 'places') <> 'null' AND NOT (given @? '$.places[0]'
                   AND jsonb_typeof(given -> 'places') = 'array'
                   AND NOT given @? '$.places[*] ? (@.type() != "string" || @ == "")')
            UNION ALL
            SELECT '/expires_at', 'invalid_value', 'A time in the future, ISO 8601, or null, is wanted.'
             WHERE jsonb_typeof(given -> 'expires_at') <> 'null'
               AND coalesce(api.parse_instant(given ->> 'expires_at') <= now(), true)
            UNION ALL
            SELECT '/rate_limit', 'invalid_value', 'A whole number of requests a minute from 1 to 1000000, or null, is wanted.'
             WHERE jsonb_typeof(given -> 'rate_limit') <> 'null'
               AND NOT (jsonb_typeof(given -> 'rate_limit') = 'number'
                        AND given @? '$.rate_limit ? (@ >= 1 && @ <= 1000000 && @.floor() == @)')
           ) AS problem (p, c, m);
END
$$;
COMMENT ON FUNCTION api.token_request(bytea) IS 'The body of POST /api/tokens/ and everything wrong with it';

CREATE OR REPLACE FUNCTION api.token_create(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{}');
    query record := api.arguments(params, '{}');
    request record;
    made record;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    request := api.token_request(body);
    IF request.errors IS NOT NULL THEN
        RETURN api.problem(400, 'invalid_token_request', 'The token was not made',
                           (SELECT string_agg((e ->> 'pointer') || ': ' || (e ->> 'message'), ' ')
                              FROM jsonb_array_elements(request.errors) e), request.errors);
    END IF;
    made := auth.create_token(
        request.given ->> 'name', request.given ->> 'role',
        CASE WHEN jsonb_typeof(request.given -> 'places') = 'array' THEN
            ARRAY(SELECT jsonb_array_elements_text(request.given -> 'places')) END,
        api.parse_instant(request.given ->> 'expires_at'), caller.token_id,
        (request.given ->> 'rate_limit')::numeric::int);
    RETURN api.answer(201,
               (SELECT api.token_object(t) || jsonb_build_object('token', made.secret)
                  FROM auth.token t WHERE t.token_id = made.token_id),
               jsonb_build_object('Location', format('/api/tokens/%s/', made.token_id),
                                  'Cache-Control', 'no-store'));
END
$$;
COMMENT ON FUNCTION api.token_create(bytea, jsonb, bytea) IS
    'POST /api/tokens/: a new token; its secret is in this answer and nowhere else';

CREATE OR REPLACE FUNCTION api.token_revoke(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params - 'id', '{}');
    wanted text := params -> 'id' ->> 0;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    ELSIF wanted ~ '^\d{1,18}$' AND auth.revoke_token(wanted::bigint) THEN
        RETURN api.answer(204, NULL);
    END IF;
    RETURN api.problem(404, 'not_found', 'No such token', format('There is no valid token with id %s.', left(wanted, 40)));
END
$$;
COMMENT ON FUNCTION api.token_revoke(bytea, jsonb, bytea) IS 'DELETE /api/tokens/{id}/: refused from now on';
