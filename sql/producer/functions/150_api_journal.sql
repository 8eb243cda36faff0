-- GET /api/checks/
CREATE OR REPLACE FUNCTION api.utf8(bytes bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION api.utf8(bytea) IS 'The bytes as a text; NULL when they are none';

CREATE OR REPLACE FUNCTION api.journal_object(r journal.receipt) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT api.check_object(r) || jsonb_build_object(
        'receipt_id', r.receipt_id, 'outcome', r.outcome, 'token_id', r.token_id, 'address', host(r.address),
        'request_id', r.request_id, 'resubmitted_id', r.resubmitted_id, 'body', b.body,
        'body_base64', CASE WHEN b.body IS NULL THEN replace(encode(r.body, 'base64'), E'\n', '') END)
      FROM (SELECT api.utf8(r.body)) AS b (body)
$$;
COMMENT ON FUNCTION api.journal_object(journal.receipt) IS 'A journal row with its bytes: as text, or in base64 where they are none';

CREATE OR REPLACE FUNCTION api.journal(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused api.reply := api.refuse(auth.identify(token), '{}');
    query record := api.arguments(params, '{
        "outcome": "choice:accepted,rejected,duplicate,conflict", "from": "instant", "to": "instant",
        "limit": "number:1:1000", "cursor": "cursor:number"}');
    page_size int := coalesce((query.args ->> 'limit')::int, 100);
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    found := (SELECT jsonb_agg(api.journal_object(r) ORDER BY r.receipt_id DESC)
                FROM (SELECT * FROM journal.receipt r
                       WHERE r.receipt_id < coalesce((query.args -> 'cursor' ->> 0)::bigint, 9223372036854775807)
                         AND (query.args ->> 'outcome' IS NULL OR r.outcome = query.args ->> 'outcome')
                         AND r.received_at >= coalesce((query.args ->> 'from')::timestamptz, '-infinity')
                         AND r.received_at < coalesce((query.args ->> 'to')::timestamptz, 'infinity')
                       ORDER BY r.receipt_id DESC LIMIT page_size + 1) r);
    RETURN api.answer(200, api.page(coalesce(found, '[]'), page_size, '{receipt_id}'));
END
$$;
COMMENT ON FUNCTION api.journal(bytea, jsonb, bytea) IS 'GET /api/checks/: the journal, newest first';
