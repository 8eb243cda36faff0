-- Tokens: made, recognised, revoked.
CREATE OR REPLACE FUNCTION auth.identify(token bytea) RETURNS auth.token
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t FROM auth.token t
     WHERE t.hash = identify.token AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
$$;
COMMENT ON FUNCTION auth.identify(bytea) IS 'The token of this SHA-256 if it is valid now, else NULL';

CREATE OR REPLACE FUNCTION auth.adopt_token(name text, role text, hash bytea, places text[] DEFAULT NULL)
RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO auth.token AS t (name, role, hash, places)
    VALUES (adopt_token.name, adopt_token.role, adopt_token.hash, adopt_token.places)
    ON CONFLICT (hash) DO UPDATE SET name = EXCLUDED.name, role = EXCLUDED.role
    RETURNING t.token_id
$$;
COMMENT ON FUNCTION auth.adopt_token(text, text, bytea, text[]) IS
    'Makes a token known whose secret was made elsewhere, by the secret''s SHA-256; again: renames it';

CREATE OR REPLACE FUNCTION auth.create_token(
    name text, role text, places text[] DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    created_by bigint DEFAULT NULL, OUT token_id bigint, OUT secret text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- 256 random bits, base64url without padding; the prefix lets secret scanners know it.
    secret := 'rcp_' || rtrim(translate(encode(crypto.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
    INSERT INTO auth.token AS t (name, role, hash, places, expires_at, created_by)
    VALUES (create_token.name, create_token.role, sha256(convert_to(secret, 'UTF8')),
            create_token.places, create_token.expires_at, create_token.created_by)
    RETURNING t.token_id INTO create_token.token_id;
END
$$;
COMMENT ON FUNCTION auth.create_token(text, text, text[], timestamptz, bigint) IS
    'Makes a token and returns its id and its secret, which is kept nowhere';

CREATE OR REPLACE FUNCTION auth.revoke_token(token_id bigint) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        UPDATE auth.token t SET revoked_at = clock_timestamp()
         WHERE t.token_id = revoke_token.token_id AND t.revoked_at IS NULL RETURNING 1)
    SELECT EXISTS (SELECT FROM gone)
$$;
COMMENT ON FUNCTION auth.revoke_token(bigint) IS 'Refuses the token from now on; false when there is no such valid token';

CREATE OR REPLACE FUNCTION auth.revoke_expired() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        UPDATE auth.token t SET revoked_at = t.expires_at
         WHERE t.expires_at < now() AND t.revoked_at IS NULL RETURNING 1)
    SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION auth.revoke_expired() IS 'Upkeep: marks expired tokens as revoked; returns how many';
