-- pg_receipts: today's full install script.
--
-- Everything is created in the schema that CREATE EXTENSION names.  The
-- functions are in C and look nothing up by name, so the extension may be
-- moved to another schema at any time.

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_receipts" to load this file. \quit

--
-- receipt_item: one line of a receipt
--

CREATE TYPE receipt_item AS (
    product_id text,
    quantity numeric,
    price numeric,
    category text
);

COMMENT ON TYPE receipt_item IS 'a line of a receipt';
COMMENT ON COLUMN receipt_item.product_id IS 'the product, as the till names it';
COMMENT ON COLUMN receipt_item.quantity IS 'how much of it was sold, with at most 6 decimals';
COMMENT ON COLUMN receipt_item.price IS 'the price of one, with at most 4 decimals';
COMMENT ON COLUMN receipt_item.category IS 'the category of the product';

--
-- receipt_summary: receipts added up
--

CREATE TYPE receipt_summary;

CREATE FUNCTION receipt_summary_in(cstring) RETURNS receipt_summary
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_summary_out(receipt_summary) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_summary_recv(internal) RETURNS receipt_summary
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_summary_send(receipt_summary) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE receipt_summary (
    INPUT = receipt_summary_in,
    OUTPUT = receipt_summary_out,
    RECEIVE = receipt_summary_recv,
    SEND = receipt_summary_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);

COMMENT ON TYPE receipt_summary IS
    'receipts added up: exact sums, extremes, and sums by category and by payment method; summaries merge';
COMMENT ON FUNCTION receipt_summary_in(cstring) IS 'I/O: text in';
COMMENT ON FUNCTION receipt_summary_out(receipt_summary) IS 'I/O: text out';
COMMENT ON FUNCTION receipt_summary_recv(internal) IS 'I/O: binary in, every byte checked';
COMMENT ON FUNCTION receipt_summary_send(receipt_summary) IS 'I/O: binary out';

--
-- Judging a receipt
--

CREATE FUNCTION receipt_problems(
    receipt text,
    OUT severity text, OUT pointer text, OUT code text, OUT message text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'receipt_problems_text'
    LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 1;
CREATE FUNCTION receipt_problems(
    receipt bytea,
    OUT severity text, OUT pointer text, OUT code text, OUT message text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'receipt_problems_bytea'
    LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 1;

COMMENT ON FUNCTION receipt_problems(text) IS
    'every problem of a receipt, with severity, JSON Pointer, code and message; no row: none';
COMMENT ON FUNCTION receipt_problems(bytea) IS
    'every problem of a receipt given as bytes, which are checked to be UTF-8';

CREATE FUNCTION receipt_is_valid(receipt text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'receipt_is_valid_text'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_is_valid(receipt bytea) RETURNS boolean
    AS 'MODULE_PATHNAME', 'receipt_is_valid_bytea'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION receipt_is_valid(text) IS
    'whether a receipt has no problem of severity error; stops at the first';
COMMENT ON FUNCTION receipt_is_valid(bytea) IS
    'whether a receipt given as bytes has no problem of severity error; stops at the first';

--
-- Reading a receipt
--

CREATE FUNCTION receipt_normalize(
    receipt text,
    default_place_id text DEFAULT NULL,
    default_place_name text DEFAULT NULL,
    default_zone text DEFAULT NULL,
    OUT transaction_id text, OUT place_id text, OUT place_name text,
    OUT place_given boolean, OUT occurred_at timestamptz, OUT zone_given boolean,
    OUT canonical text, OUT digest bytea, OUT errors jsonb, OUT warnings jsonb
) RETURNS record
    AS 'MODULE_PATHNAME', 'receipt_normalize_text'
    LANGUAGE C STABLE PARALLEL SAFE;
CREATE FUNCTION receipt_normalize(
    receipt bytea,
    default_place_id text DEFAULT NULL,
    default_place_name text DEFAULT NULL,
    default_zone text DEFAULT NULL,
    OUT transaction_id text, OUT place_id text, OUT place_name text,
    OUT place_given boolean, OUT occurred_at timestamptz, OUT zone_given boolean,
    OUT canonical text, OUT digest bytea, OUT errors jsonb, OUT warnings jsonb
) RETURNS record
    AS 'MODULE_PATHNAME', 'receipt_normalize_bytea'
    LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION receipt_normalize(text, text, text, text) IS
    'a receipt in canonical JSON with its SHA-256 digest, key, place and time, or its errors';
COMMENT ON FUNCTION receipt_normalize(bytea, text, text, text) IS
    'a receipt given as bytes in canonical JSON with its SHA-256 digest, key, place and time, or its errors';

CREATE FUNCTION receipt_parse(
    receipt text,
    default_place_id text DEFAULT NULL,
    default_place_name text DEFAULT NULL,
    default_zone text DEFAULT NULL,
    OUT transaction_id text, OUT place_id text, OUT place_name text,
    OUT occurred_at timestamptz, OUT total_amount numeric, OUT nds_amount numeric,
    OUT tips_amount numeric, OUT payment_method text, OUT items receipt_item[],
    OUT summary receipt_summary, OUT errors jsonb, OUT warnings jsonb
) RETURNS record
    AS 'MODULE_PATHNAME', 'receipt_parse_text'
    LANGUAGE C STABLE PARALLEL SAFE;
CREATE FUNCTION receipt_parse(
    receipt bytea,
    default_place_id text DEFAULT NULL,
    default_place_name text DEFAULT NULL,
    default_zone text DEFAULT NULL,
    OUT transaction_id text, OUT place_id text, OUT place_name text,
    OUT occurred_at timestamptz, OUT total_amount numeric, OUT nds_amount numeric,
    OUT tips_amount numeric, OUT payment_method text, OUT items receipt_item[],
    OUT summary receipt_summary, OUT errors jsonb, OUT warnings jsonb
) RETURNS record
    AS 'MODULE_PATHNAME', 'receipt_parse_bytea'
    LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION receipt_parse(text, text, text, text) IS
    'the fields of a receipt as columns, with its summary, or its errors';
COMMENT ON FUNCTION receipt_parse(bytea, text, text, text) IS
    'the fields of a receipt given as bytes as columns, with its summary, or its errors';

--
-- Adding up
--

CREATE FUNCTION receipt_summary_agg_transition(
    internal, numeric, numeric, numeric, text, receipt_item[]
) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION receipt_summary_merge_transition(internal, receipt_summary) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION receipt_summary_final(internal) RETURNS receipt_summary
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION receipt_summary_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION receipt_summary_serialize(internal) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_summary_deserialize(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION receipt_summary_agg_transition(internal, numeric, numeric, numeric, text, receipt_item[]) IS
    'aggregate support: adds a receipt';
COMMENT ON FUNCTION receipt_summary_merge_transition(internal, receipt_summary) IS
    'aggregate support: adds a summary';
COMMENT ON FUNCTION receipt_summary_final(internal) IS 'aggregate support: the result';
COMMENT ON FUNCTION receipt_summary_combine(internal, internal) IS
    'aggregate support: adds the state of another worker';
COMMENT ON FUNCTION receipt_summary_serialize(internal) IS
    'aggregate support: a state as bytes for another process';
COMMENT ON FUNCTION receipt_summary_deserialize(bytea, internal) IS
    'aggregate support: a state from another process';

CREATE AGGREGATE receipt_summary_agg(
    total_amount numeric, nds_amount numeric, tips_amount numeric,
    payment_method text, items receipt_item[]
) (
    SFUNC = receipt_summary_agg_transition,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = receipt_summary_final,
    COMBINEFUNC = receipt_summary_combine,
    SERIALFUNC = receipt_summary_serialize,
    DESERIALFUNC = receipt_summary_deserialize,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE receipt_summary_agg(numeric, numeric, numeric, text, receipt_item[]) IS
    'receipts added up; a row whose total_amount is null is left out';

CREATE AGGREGATE merge(receipt_summary) (
    SFUNC = receipt_summary_merge_transition,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = receipt_summary_final,
    COMBINEFUNC = receipt_summary_combine,
    SERIALFUNC = receipt_summary_serialize,
    DESERIALFUNC = receipt_summary_deserialize,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE merge(receipt_summary) IS 'summaries added up; nulls are left out';

CREATE FUNCTION receipt_summary_add(receipt_summary, receipt_summary) RETURNS receipt_summary
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION receipt_summary_add(receipt_summary, receipt_summary) IS 'implementation of + operator';

CREATE OPERATOR + (
    LEFTARG = receipt_summary,
    RIGHTARG = receipt_summary,
    FUNCTION = receipt_summary_add,
    COMMUTATOR = +
);

COMMENT ON OPERATOR + (receipt_summary, receipt_summary) IS 'merge two summaries';

--
-- Comparing
--

CREATE FUNCTION receipt_summary_eq(receipt_summary, receipt_summary) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_summary_ne(receipt_summary, receipt_summary) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION receipt_summary_eq(receipt_summary, receipt_summary) IS 'implementation of = operator';
COMMENT ON FUNCTION receipt_summary_ne(receipt_summary, receipt_summary) IS 'implementation of <> operator';

CREATE OPERATOR = (
    LEFTARG = receipt_summary,
    RIGHTARG = receipt_summary,
    FUNCTION = receipt_summary_eq,
    COMMUTATOR = =,
    NEGATOR = <>,
    RESTRICT = eqsel,
    JOIN = eqjoinsel
);

CREATE OPERATOR <> (
    LEFTARG = receipt_summary,
    RIGHTARG = receipt_summary,
    FUNCTION = receipt_summary_ne,
    COMMUTATOR = <>,
    NEGATOR = =,
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);

COMMENT ON OPERATOR = (receipt_summary, receipt_summary) IS 'the same in every figure';
COMMENT ON OPERATOR <> (receipt_summary, receipt_summary) IS 'not the same in every figure';

--
-- Reading a summary
--

CREATE FUNCTION purchases(receipt_summary) RETURNS bigint
    AS 'MODULE_PATHNAME', 'receipt_summary_purchases'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION total_amount(receipt_summary) RETURNS numeric
    AS 'MODULE_PATHNAME', 'receipt_summary_total_amount'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION total_nds(receipt_summary) RETURNS numeric
    AS 'MODULE_PATHNAME', 'receipt_summary_total_nds'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION total_tips(receipt_summary) RETURNS numeric
    AS 'MODULE_PATHNAME', 'receipt_summary_total_tips'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION average_receipt(receipt_summary) RETURNS numeric
    AS 'MODULE_PATHNAME', 'receipt_summary_average_receipt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION min_receipt(receipt_summary) RETURNS numeric
    AS 'MODULE_PATHNAME', 'receipt_summary_min_receipt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION max_receipt(receipt_summary) RETURNS numeric
    AS 'MODULE_PATHNAME', 'receipt_summary_max_receipt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION purchases(receipt_summary) IS 'the number of receipts';
COMMENT ON FUNCTION total_amount(receipt_summary) IS 'the sum of their totals';
COMMENT ON FUNCTION total_nds(receipt_summary) IS 'the sum of NDS in them';
COMMENT ON FUNCTION total_tips(receipt_summary) IS 'the sum of the tips beside them';
COMMENT ON FUNCTION average_receipt(receipt_summary) IS
    'the average total, rounded half away from zero to two decimals; null without receipts';
COMMENT ON FUNCTION min_receipt(receipt_summary) IS 'the smallest total; null without receipts';
COMMENT ON FUNCTION max_receipt(receipt_summary) IS 'the greatest total; null without receipts';

CREATE FUNCTION categories(
    receipt_summary,
    OUT category text, OUT receipts bigint, OUT quantity numeric,
    OUT total_spent numeric, OUT average_receipt numeric
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'receipt_summary_categories'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
CREATE FUNCTION payment_methods(
    receipt_summary,
    OUT payment_method text, OUT receipts bigint, OUT total_amount numeric
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'receipt_summary_payment_methods'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3;

COMMENT ON FUNCTION categories(receipt_summary) IS
    'by category, in byte order: the receipts that hold it, quantity and sum of its lines';
COMMENT ON FUNCTION payment_methods(receipt_summary) IS
    'by payment method, in byte order: receipts and the sum of their totals';

--
-- A summary as JSON
--

CREATE FUNCTION receipt_summary_to_json(receipt_summary) RETURNS json
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION receipt_summary_to_jsonb(receipt_summary) RETURNS jsonb
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION receipt_summary_to_json(receipt_summary) IS 'the figures of a summary as a JSON object';
COMMENT ON FUNCTION receipt_summary_to_jsonb(receipt_summary) IS 'the figures of a summary as a JSON object';

CREATE CAST (receipt_summary AS json) WITH FUNCTION receipt_summary_to_json(receipt_summary);
CREATE CAST (receipt_summary AS jsonb) WITH FUNCTION receipt_summary_to_jsonb(receipt_summary);

COMMENT ON CAST (receipt_summary AS json) IS 'the figures of a summary as a JSON object';
COMMENT ON CAST (receipt_summary AS jsonb) IS 'the figures of a summary as a JSON object';
