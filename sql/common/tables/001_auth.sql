-- Who may call.  The same in both databases.
CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS 'Access tokens; the secrets themselves are nowhere';

CREATE TABLE auth.token (
    token_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name ~ '^[^[:cntrl:]]{1,128}$'),
    role text NOT NULL CHECK (role IN ('submitter', 'analyst', 'admin')),
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    places text[] CHECK (cardinality(places) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint REFERENCES auth.token,
    expires_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON TABLE auth.token IS 'Access tokens, also the revoked ones: the journal refers to them';
COMMENT ON COLUMN auth.token.token_id IS 'Public id, as in /api/tokens/{id}/';
COMMENT ON COLUMN auth.token.name IS 'What the token is for, in words';
COMMENT ON COLUMN auth.token.role IS 'submitter, analyst or admin (may do everything)';
COMMENT ON COLUMN auth.token.hash IS 'SHA-256 of the secret; the secret is shown once, when it is made';
COMMENT ON COLUMN auth.token.places IS 'Places the token is bound to; NULL: all';
COMMENT ON COLUMN auth.token.created_at IS 'When it was made';
COMMENT ON COLUMN auth.token.created_by IS 'The admin''s token that made it; NULL: made in SQL';
COMMENT ON COLUMN auth.token.expires_at IS 'From then on it is refused; NULL: never';
COMMENT ON COLUMN auth.token.revoked_at IS 'From then on it is refused';

CREATE SCHEMA api;
COMMENT ON SCHEMA api IS 'What the HTTP front end calls: one function a route';

CREATE TYPE api.reply AS (status int, body text, headers jsonb);
COMMENT ON TYPE api.reply IS 'An HTTP answer: status, JSON body, further headers (object of name to text) or NULL';
