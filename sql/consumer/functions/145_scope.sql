-- Row-level security: what a database role sees.  The views belong to
-- receipts_views, which does not own the tables, so that the policies hold for
-- whoever reads through them; the owner's own functions are not slowed by them.
CREATE OR REPLACE FUNCTION analytics.role_places(role_name name) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN NOT r.rolsuper AND count(s.role_name) > 0
                THEN coalesce(array_agg(DISTINCT p) FILTER (WHERE p IS NOT NULL), '{}') END
      FROM pg_roles r
      LEFT JOIN pg_roles g ON pg_has_role(r.oid, g.oid, 'MEMBER')
      LEFT JOIN analytics.role_scope s ON s.role_name = g.rolname
      LEFT JOIN LATERAL unnest(s.places) p ON true
     WHERE r.rolname = role_places.role_name
     GROUP BY r.rolsuper
$$;
COMMENT ON FUNCTION analytics.role_places(name) IS
    'The places of all scopes that a role has, by itself or as a member; NULL: it has none and sees all';

CREATE OR REPLACE FUNCTION analytics.visible_places(acting_as name) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- A member of two roles must not see more by SET ROLE than its login may.
    SELECT CASE WHEN acting_as = session_user THEN own.places
                WHEN own.places IS NULL THEN acting.places
                WHEN acting.places IS NULL THEN own.places
                ELSE ARRAY(SELECT unnest(own.places) INTERSECT SELECT unnest(acting.places)) END
      FROM analytics.role_places(session_user) AS own (places), analytics.role_places(acting_as) AS acting (places)
$$;
COMMENT ON FUNCTION analytics.visible_places(name) IS
    'The places that this session sees when acting as a role, for policies and views: visible_places(current_user); NULL: all';

CREATE OR REPLACE FUNCTION analytics.scope_role(role_name name, places text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF role_name ^@ 'receipts_' OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role_name AND NOT r.rolsuper) THEN
        RAISE EXCEPTION 'role "%" cannot be bound to places', role_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Name a role of your own that exists and is no superuser.';
    END IF;
    IF places IS NULL THEN
        DELETE FROM analytics.role_scope s WHERE s.role_name = scope_role.role_name;
    ELSE
        INSERT INTO analytics.role_scope AS s (role_name, places) VALUES (scope_role.role_name, scope_role.places)
        ON CONFLICT ON CONSTRAINT role_scope_pkey DO UPDATE SET places = EXCLUDED.places;
    END IF;
END
$$;
COMMENT ON FUNCTION analytics.scope_role(name, text[]) IS
    'Binds a role, and its members, to places: of all others they see nothing; NULL: to all places again';

DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY '{place,place_hour,place_day,place_month,raw_receipt,pending,trace,reassignment}'::text[]
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_policy p
                               WHERE p.polrelid = format('analytics.%I', table_name)::regclass AND p.polname = 'scope');
        EXECUTE format('ALTER TABLE analytics.%I ENABLE ROW LEVEL SECURITY', table_name);
        -- Each sub-select runs once a query, not once a row.
        EXECUTE format('CREATE POLICY scope ON analytics.%I FOR SELECT USING (
                            (SELECT analytics.visible_places(current_user)) IS NULL
                            OR place_id = ANY ((SELECT analytics.visible_places(current_user))::text[]))', table_name);
        EXECUTE format('COMMENT ON POLICY scope ON analytics.%I IS %L', table_name,
                       'Roles bound to places by analytics.scope_role() see no other');
    END LOOP;
END
$$;
