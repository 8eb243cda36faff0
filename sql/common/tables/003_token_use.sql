-- A rate for each token, and when it was used last.
ALTER TABLE auth.token ADD COLUMN rate_limit int CHECK (rate_limit BETWEEN 1 AND 1000000);
COMMENT ON COLUMN auth.token.rate_limit IS 'Requests and receipts it may send a minute to each front end; NULL: the front end''s --rate-limit';

CREATE TABLE auth.token_use (
    token_id bigint PRIMARY KEY REFERENCES auth.token,
    last_used_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE auth.token_use IS 'When tokens were used last, beside them so that what hardly ever changes is not rewritten each minute';
COMMENT ON COLUMN auth.token_use.token_id IS 'The token';
COMMENT ON COLUMN auth.token_use.last_used_at IS 'Its last use, to about a minute: front ends tell in batches';
COMMENT ON INDEX auth.token_use_pkey IS 'A token''s last use';

DROP FUNCTION IF EXISTS auth.create_token(text, text, text[], timestamptz, bigint);
