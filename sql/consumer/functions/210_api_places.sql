-- GET /api/places/
CREATE OR REPLACE FUNCTION api.place_object(p analytics.place) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object('place_id', p.place_id, 'place_name', p.place_name,
                              'first_seen', api.instant(p.first_seen), 'last_seen', api.instant(p.last_seen))
$$;
COMMENT ON FUNCTION api.place_object(analytics.place) IS 'A place as the API shows it';

CREATE OR REPLACE FUNCTION api.places(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{analyst}');
    query record := api.arguments(params, '{"limit": "number:1:1000", "cursor": "cursor:text", "q": "text"}');
    page_size int := coalesce((query.args ->> 'limit')::int, 100);
    sought text := lower(query.args ->> 'q');
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    found := (SELECT jsonb_agg(api.place_object(p) ORDER BY p.place_id COLLATE "C")
                FROM (SELECT * FROM analytics.place p
                       WHERE p.place_id COLLATE "C" > coalesce(query.args -> 'cursor' ->> 0, '')
                         AND (caller.places IS NULL OR p.place_id = ANY (caller.places))
                         AND (sought IS NULL OR strpos(lower(p.place_id), sought) > 0
                              OR strpos(lower(p.place_name), sought) > 0)
                       ORDER BY p.place_id COLLATE "C" LIMIT page_size + 1) p);
    RETURN api.answer(200, api.page(coalesce(found, '[]'), page_size, '{place_id}'), NULL);
END
$$;
COMMENT ON FUNCTION api.places(bytea, jsonb, bytea) IS 'GET /api/places/: the places seen; q searches ids and names';

CREATE OR REPLACE FUNCTION api.place(token bytea, params jsonb, body bytea) RETURNS api.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller auth.token := auth.identify(token);
    refused api.reply := api.refuse(caller, '{analyst}');
    wanted text := params -> 'place_id' ->> 0;
    query record := api.arguments(params - 'place_id', '{}');
    found jsonb;
BEGIN
    IF refused.status IS NOT NULL THEN
        RETURN refused;
    ELSIF wanted <> ALL (caller.places) THEN
        RETURN api.foreign_place(wanted);
    ELSIF query.errors IS NOT NULL THEN
        RETURN api.bad_arguments(query.errors);
    END IF;
    found := (SELECT api.place_object(p) FROM analytics.place p WHERE p.place_id = wanted);
    IF found IS NULL THEN
        RETURN api.problem(404, 'not_found', 'No such place', format('No receipt of place "%s" has arrived.', left(wanted, 128)));
    END IF;
    RETURN api.answer(200, found);
END
$$;
COMMENT ON FUNCTION api.place(bytea, jsonb, bytea) IS 'GET /api/places/{place_id}/: one place';
