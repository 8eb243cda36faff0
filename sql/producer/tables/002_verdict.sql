-- What intake hands from step to step.
CREATE TYPE journal.verdict AS (
    ordinal int,
    token_id bigint,
    receipt_id bigint,
    outcome text,
    transaction_id text,
    place_id text,
    digest bytea,
    zone text,
    errors jsonb,
    warnings jsonb,
    original_at timestamptz
);
COMMENT ON TYPE journal.verdict IS 'What intake found of one receipt of a request batch: outcome NULL while undecided, unauthorized, forbidden (role) or misplaced (place of another token) beside those of journal.receipt';

CREATE TYPE journal.original AS (receipt_id bigint, received_at timestamptz);
COMMENT ON TYPE journal.original IS 'The refused journal row that is judged again';
