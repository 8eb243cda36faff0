-- What intake hands from step to step.
CREATE TYPE journal.verdict AS (
    ordinal int,
    token_id bigint,
    receipt_id bigint,
    outcome text,
    transaction_id text,
    place_id text,
    digest bytea,
    errors jsonb,
    warnings jsonb,
    original_at timestamptz
);
COMMENT ON TYPE journal.verdict IS 'What intake found of one receipt of a request batch: outcome NULL while undecided, unauthorized, forbidden (role) or misplaced (place of another token) beside those of journal.receipt';
