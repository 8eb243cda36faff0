-- W3C trace context, as columns and as the text that travels.
CREATE OR REPLACE FUNCTION api.is_traceparent(given text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(given ~ '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$', false)
$$;
COMMENT ON FUNCTION api.is_traceparent(text) IS 'Whether this is a traceparent of version 00';

CREATE OR REPLACE FUNCTION api.read_traceparent(given text, OUT trace_id uuid, OUT span_id bytea, OUT sampled boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT substr(given, 4, 32)::uuid, decode(substr(given, 37, 16), 'hex'), get_bit(decode(substr(given, 54, 2), 'hex'), 0) = 1
     WHERE api.is_traceparent(given)
$$;
COMMENT ON FUNCTION api.read_traceparent(text) IS 'The parts of a traceparent; NULL when it is none';

CREATE OR REPLACE FUNCTION api.traceparent(trace_id uuid, span_id bytea, sampled boolean) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('00-%s-%s-0%s', replace(trace_id::text, '-', ''), encode(span_id, 'hex'), sampled::int)
$$;
COMMENT ON FUNCTION api.traceparent(uuid, bytea, boolean) IS 'A traceparent from its parts';
