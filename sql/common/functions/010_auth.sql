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
    created_by bigint DEFAULT NULL, rate_limit int DEFAULT NULL, OUT token_id bigint, OUT secret text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- 256 random bits, base64url without padding; the prefix lets secret scanners know it.
    secret := 'rcp_' || rtrim(translate(encode(crypto.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
    INSERT INTO auth.token AS t (name, role, hash, places, expires_at, created_by, rate_limit)
    VALUES (create_token.name, create_token.role, sha256(convert_to(secret, 'UTF8')),
            create_token.places, create_token.expires_at, create_token.created_by, create_token.rate_limit)
    RETURNING t.token_id INTO create_token.token_id;
END
$$;
COMMENT ON FUNCTION auth.create_token(text, text, text[], timestamptz, bigint, int) IS
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

CREATE OR REPLACE FUNCTION api.known_tokens(hashes bytea[])
RETURNS TABLE (ordinal bigint, token_id bigint, rate_limit int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.ordinal, t.token_id, coalesce(t.rate_limit, 0)
      FROM unnest(hashes) WITH ORDINALITY AS h (hash, ordinal)
      JOIN auth.token t ON t.hash = h.hash
     WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
$$;
COMMENT ON FUNCTION api.known_tokens(bytea[]) IS
    'Those of the SHA-256s whose token is valid now; rate_limit 0: none of its own; ordinal counts from 1';

CREATE OR REPLACE FUNCTION api.tokens_used(hashes bytea[], ages_ms bigint[])
RETURNS TABLE (ordinal bigint, token_id bigint, rate_limit int)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- In the order of the ids, so that two front ends never wait for each other in a circle.
    INSERT INTO auth.token_use AS u (token_id, last_used_at)
    SELECT k.token_id, clock_timestamp() - make_interval(secs => min(ages_ms[k.ordinal]) / 1000.0)
      FROM api.known_tokens(hashes) k
     GROUP BY k.token_id
     ORDER BY k.token_id
    ON CONFLICT (token_id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at
     WHERE EXCLUDED.last_used_at > u.last_used_at;
    SELECT * FROM api.known_tokens(hashes);
$$;
COMMENT ON FUNCTION api.tokens_used(bytea[], bigint[]) IS
    'Notes when tokens were used last, each so many milliseconds ago; returns what known_tokens does';

CREATE OR REPLACE FUNCTION api.token_expires_in(token bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT floor(1000 * extract(epoch FROM t.expires_at - clock_timestamp()))::bigint
      FROM auth.token t
     WHERE t.hash = token_expires_in.token AND isfinite(t.expires_at)
$$;
COMMENT ON FUNCTION api.token_expires_in(bytea) IS
    'Milliseconds until the token of this SHA-256 expires; NULL when no end is set';
