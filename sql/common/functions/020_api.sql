-- What all API functions share: answers, access, query parameters, cursors.
CREATE OR REPLACE FUNCTION api.instant(at timestamptz) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- PL/pgSQL keeps its plan; SQL would parse it anew in each statement, of each batch of intake, too.
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
END
$$;
COMMENT ON FUNCTION api.instant(timestamptz) IS 'RFC 3339 in UTC, with microseconds';

CREATE OR REPLACE FUNCTION api.answer(status int, body jsonb, headers jsonb DEFAULT NULL) RETURNS api.reply
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(status, coalesce(body::text, ''), headers)::api.reply
$$;
COMMENT ON FUNCTION api.answer(int, jsonb, jsonb) IS 'An answer that is no problem';

CREATE OR REPLACE FUNCTION api.problem(
    status int, code text, title text, detail text, errors jsonb DEFAULT NULL, headers jsonb DEFAULT NULL)
RETURNS api.reply
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(status,
               json_strip_nulls(json_build_object(
                   'type', 'urn:pg-receipts:problem:' || code, 'title', title,
                   'status', status, 'detail', detail, 'errors', errors))::text,
               headers)::api.reply
$$;
COMMENT ON FUNCTION api.problem(int, text, text, text, jsonb, jsonb) IS 'An RFC 9457 problem as an answer';

CREATE OR REPLACE FUNCTION api.refuse(caller auth.token, roles text[]) RETURNS api.reply
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN caller.token_id IS NULL THEN
            api.problem(401, 'unauthorized', 'No valid token',
                        'Send "Authorization: Bearer TOKEN" with a token that is neither expired nor revoked.',
                        headers => '{"WWW-Authenticate": "Bearer realm=\"pg_receipts\""}')
        WHEN caller.role <> 'admin' AND caller.role <> ALL (roles) THEN
            api.problem(403, 'forbidden', 'Not allowed with this token',
                        format('This needs a token of role %s; yours is %s.',
                               array_to_string(array_append(roles, 'admin'), ' or '), caller.role))
    END
$$;
COMMENT ON FUNCTION api.refuse(auth.token, text[]) IS
    'The answer that turns the caller away, or NULL when its role is one of these or admin';

CREATE OR REPLACE FUNCTION api.parse_instant(given text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
BEGIN
    -- A plus sign that was not percent-encoded arrives as a space: "…T12:00:00 03:00".
    given := regexp_replace(given, '(T\d\d:\d\d(:\d\d(\.\d+)?)?) (\d\d)', '\1+\4');
    IF given !~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$' THEN
        RETURN NULL;
    END IF;
    RETURN given::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION api.parse_instant(text) IS
    'An ISO 8601 date or time as an instant, UTC unless it has an offset; NULL when it is none';

CREATE OR REPLACE FUNCTION api.encode_cursor(place jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT rtrim(translate(replace(encode(convert_to(place::text, 'UTF8'), 'base64'), E'\n', ''), '+/', '-_'), '=')
$$;
COMMENT ON FUNCTION api.encode_cursor(jsonb) IS 'A place in a listing as an opaque text';

CREATE OR REPLACE FUNCTION api.decode_cursor(cursor text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN convert_from(decode(rpad(translate(cursor, '-_', '+/'), ((length(cursor) + 3) / 4) * 4, '='), 'base64'),
                        'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR invalid_text_representation THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION api.decode_cursor(text) IS 'What encode_cursor made the text from; NULL when it made no such text';

CREATE OR REPLACE FUNCTION api.is_cursor(place jsonb, shape text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN jsonb_typeof(place) <> 'array' THEN false
                WHEN shape = 'number' THEN place::text ~ '^\[\d{1,18}\]$'
                WHEN shape = 'text' THEN jsonb_array_length(place) = 1 AND jsonb_typeof(place -> 0) = 'string'
                WHEN shape = 'label' THEN place::text ~ '^\["\d{4}-[01]\d-[0-3]\dT[0-2]\d:00:00"\]$'
                WHEN shape = 'rank' THEN jsonb_array_length(place) = 2 AND jsonb_typeof(place -> 0) = 'number'
                                         AND jsonb_typeof(place -> 1) = 'string' END
$$;
COMMENT ON FUNCTION api.is_cursor(jsonb, text) IS
    'Whether a decoded cursor is one that a listing of this shape gives out: number, text, label (an hour or day) or rank (a figure and a text)';

CREATE OR REPLACE FUNCTION api.is_zone(given text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Reading the list of all zones takes PostgreSQL 60 ms, so Area/Location, which
    -- cannot be a zone made up by POSIX's rules, is looked up alone.
    IF given = 'UTC' OR given ~ '^[A-Z][A-Za-z_]*/[A-Za-z_/-]+$' THEN
        PERFORM now() AT TIME ZONE given;
        RETURN true;
    END IF;
    RETURN EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = given);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END
$$;
COMMENT ON FUNCTION api.is_zone(text) IS 'Whether the text is the name of a time zone';

CREATE OR REPLACE FUNCTION api.argument(kind text, given text, OUT value jsonb, OUT wanted text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE split_part(kind, ':', 1)
        WHEN 'text' THEN
            value := to_jsonb(given);
        WHEN 'instant' THEN
            value := to_jsonb(api.parse_instant(given));
            wanted := 'an ISO 8601 time such as 2024-02-07T12:00:00Z';
        WHEN 'boolean' THEN
            value := CASE given WHEN 'true' THEN to_jsonb(true) WHEN 'false' THEN to_jsonb(false) END;
            wanted := 'true or false';
        WHEN 'number' THEN
            IF given ~ '^\d{1,18}$'
               AND given::bigint BETWEEN split_part(kind, ':', 2)::bigint AND split_part(kind, ':', 3)::bigint THEN
                value := to_jsonb(given::bigint);
            END IF;
            wanted := format('a whole number from %s to %s', split_part(kind, ':', 2), split_part(kind, ':', 3));
        WHEN 'zone' THEN
            value := CASE WHEN api.is_zone(given) THEN to_jsonb(given) END;
            wanted := 'the name of a time zone such as Europe/Moscow';
        WHEN 'cursor' THEN
            value := api.decode_cursor(given);
            IF NOT coalesce(api.is_cursor(value, split_part(kind, ':', 2)), false) THEN
                value := NULL;
            END IF;
            wanted := 'the value of "next" of an earlier answer';
        WHEN 'choice' THEN
            IF given = ANY (string_to_array(split_part(kind, ':', 2), ',')) THEN
                value := to_jsonb(given);
            END IF;
            wanted := 'one of ' || replace(split_part(kind, ':', 2), ',', ', ');
    END CASE;
END
$$;
COMMENT ON FUNCTION api.argument(text, text) IS
    'One query parameter''s value as JSON, NULL when it is not of the kind; wanted says what would be';

CREATE OR REPLACE FUNCTION api.arguments(params jsonb, kinds jsonb, OUT args jsonb, OUT errors jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text;
    given text;
    kind text;
    arg record;
BEGIN
    args := '{}';
    FOR name, given IN
        SELECT p.key, v.value FROM jsonb_each(params) p, jsonb_array_elements_text(p.value) v
    LOOP
        kind := kinds ->> name;
        IF kind IS NULL THEN
            errors := coalesce(errors, '[]') || jsonb_build_object(
                'parameter', name, 'code', 'unknown_parameter',
                'message', format('There is no parameter "%s" here; %s.', name,
                                  coalesce('known are: ' || (SELECT string_agg(k, ', ' ORDER BY k)
                                                               FROM jsonb_object_keys(kinds) k), 'none is known')));
            CONTINUE;
        END IF;
        arg := api.argument(rtrim(kind, '*'), given);
        IF arg.value IS NULL THEN
            errors := coalesce(errors, '[]') || jsonb_build_object(
                'parameter', name, 'code', 'invalid_value',
                'message', format('"%s" was given for "%s"; wanted is %s.', left(given, 100), name, arg.wanted));
        ELSIF kind LIKE '%*' THEN
            args := args || jsonb_build_object(name, coalesce(args -> name, '[]') || arg.value);
        ELSIF args ? name THEN
            errors := coalesce(errors, '[]') || jsonb_build_object(
                'parameter', name, 'code', 'repeated_parameter',
                'message', format('"%s" was given more than once.', name));
        ELSE
            args := args || jsonb_build_object(name, arg.value);
        END IF;
    END LOOP;
    IF (args ->> 'from')::timestamptz >= (args ->> 'to')::timestamptz THEN
        errors := coalesce(errors, '[]') || jsonb_build_object(
            'parameter', 'to', 'code', 'empty_interval',
            'message', '"to" must be later than "from"; the interval is half-open.');
    END IF;
END
$$;
COMMENT ON FUNCTION api.arguments(jsonb, jsonb) IS
    'Query parameters (name to array of texts) against kinds (name to text, instant, boolean, number:MIN:MAX, zone, cursor:SHAPE or choice:A,B; with * where it may be repeated): the values, and every error';

CREATE OR REPLACE FUNCTION api.json_object(body bytea, OUT given jsonb)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    given := convert_from(body, 'UTF8')::jsonb;
    IF jsonb_typeof(given) <> 'object' THEN
        given := NULL;
    END IF;
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
    given := NULL;
END
$$;
COMMENT ON FUNCTION api.json_object(bytea) IS 'A request body as a JSON object; NULL when it is none';

CREATE OR REPLACE FUNCTION api.bad_arguments(errors jsonb) RETURNS api.reply
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT api.problem(400, 'invalid_parameters', 'The query is not understood',
                       (SELECT string_agg(e ->> 'message', ' ') FROM jsonb_array_elements(errors) e), errors)
$$;
COMMENT ON FUNCTION api.bad_arguments(jsonb) IS 'The 400 that names every wrong query parameter';
