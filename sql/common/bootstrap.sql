-- What every deployment starts from: roles, extensions, the record of what has
-- been applied.  Runs each time; creates only what is missing.
\if :{?kind}
\else
\echo Use sql/migrate to load this file. \quit
\endif

-- Roles belong to the cluster, which both databases may share.
SELECT format('CREATE ROLE %I %s', name, attributes)
  FROM (VALUES ('receipts_owner', 'NOLOGIN'), ('receipts_admin', 'NOLOGIN'),
               ('receipts_analyst', 'NOLOGIN'), ('receipts_views', 'NOLOGIN'), ('receipts_upkeep', 'LOGIN'),
               ('receipts_producer', 'LOGIN'), ('receipts_relay', 'LOGIN'),
               ('receipts_consumer', 'LOGIN'), ('receipts_sink', 'LOGIN')) AS wanted (name, attributes)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
COMMENT ON ROLE receipts_owner IS 'pg_receipts: owns schemas, tables and functions; nobody logs in as it';
COMMENT ON ROLE receipts_admin IS 'pg_receipts: may call the functions meant for DBAs';
COMMENT ON ROLE receipts_analyst IS 'pg_receipts: reads the documented views of schema analytics';
COMMENT ON ROLE receipts_views IS 'pg_receipts: owns the views of schema analytics, so that row-level security holds through them';
COMMENT ON ROLE receipts_upkeep IS 'pg_receipts: runs the scheduled jobs';
COMMENT ON ROLE receipts_producer IS 'pg_receipts: the producer''s front end';
COMMENT ON ROLE receipts_relay IS 'pg_receipts: the relay';
COMMENT ON ROLE receipts_consumer IS 'pg_receipts: the consumer''s front end';
COMMENT ON ROLE receipts_sink IS 'pg_receipts: the sink';

\getenv producer_password RECEIPTS_PRODUCER_PASSWORD
\getenv relay_password RECEIPTS_RELAY_PASSWORD
\getenv consumer_password RECEIPTS_CONSUMER_PASSWORD
\getenv sink_password RECEIPTS_SINK_PASSWORD
SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
  FROM (VALUES ('receipts_producer', :'producer_password'), ('receipts_relay', :'relay_password'),
               ('receipts_consumer', :'consumer_password'), ('receipts_sink', :'sink_password'))
       AS given (name, password)
 WHERE password <> ''
\gexec

-- Nobody but those named in grants.sql connects or creates.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()),
       format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO receipts_owner', current_database())
\gexec
SELECT format('COMMENT ON DATABASE %I IS %L', current_database(),
              CASE :'kind' WHEN 'producer' THEN 'pg_receipts: receipts as they come, their journal and outbox'
                           ELSE 'pg_receipts: receipts as they count, their rollups and analytics' END)
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS receipts;
COMMENT ON SCHEMA receipts IS 'The extension pg_receipts: validation, parsing, the type receipt_summary';
CREATE EXTENSION IF NOT EXISTS pg_receipts SCHEMA receipts;
ALTER EXTENSION pg_receipts UPDATE;
CREATE SCHEMA IF NOT EXISTS crypto;
COMMENT ON SCHEMA crypto IS 'The extension pgcrypto: random bytes for tokens';
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA crypto;
CREATE SCHEMA IF NOT EXISTS partman;
COMMENT ON SCHEMA partman IS 'The extension pg_partman: monthly partitions; part_config holds their retention';
CREATE EXTENSION IF NOT EXISTS pg_partman SCHEMA partman;
GRANT USAGE ON SCHEMA receipts, crypto TO receipts_owner;
GRANT receipts_views TO receipts_owner;
GRANT ALL ON SCHEMA partman TO receipts_owner;
GRANT ALL ON ALL TABLES IN SCHEMA partman TO receipts_owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA partman TO receipts_owner;

SET ROLE receipts_owner;
-- Functions are for those to whom grants.sql gives them.
ALTER DEFAULT PRIVILEGES FOR ROLE receipts_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS deploy;
COMMENT ON SCHEMA deploy IS 'What sql/migrate has applied to this database, and the upkeep of its partitions';
CREATE TABLE IF NOT EXISTS deploy.migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE deploy.migration IS 'Files under sql/*/tables that have been applied, each once';
COMMENT ON COLUMN deploy.migration.name IS 'Path of the file below sql/';
COMMENT ON COLUMN deploy.migration.checksum IS 'SHA-256 of the file as applied, hex';
COMMENT ON COLUMN deploy.migration.applied_at IS 'When it was applied';

CREATE OR REPLACE FUNCTION deploy.needs(file_name text, file_checksum text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    applied text := (SELECT m.checksum FROM deploy.migration m WHERE m.name = file_name);
BEGIN
    IF applied <> file_checksum THEN
        RAISE EXCEPTION 'migration "%" was changed after it had been applied', file_name
            USING HINT = 'Put the change into a new file under tables/.';
    END IF;
    RETURN applied IS NULL;
END
$$;
COMMENT ON FUNCTION deploy.needs(text, text) IS
    'True when the migration has still to be applied; an error when it was changed after it had been';
