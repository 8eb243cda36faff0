-- pg_cron and what it needs from us, in the database that cron.database_name names.
CREATE EXTENSION IF NOT EXISTS pg_cron;
CREATE SCHEMA IF NOT EXISTS upkeep;
COMMENT ON SCHEMA upkeep IS 'pg_receipts: the scheduled jobs and how to steer them';

CREATE OR REPLACE FUNCTION upkeep.ensure_job(job_name text, job_schedule text, job_command text, job_database text)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known bigint := (SELECT j.jobid FROM cron.job j WHERE j.jobname = job_name);
BEGIN
    IF known IS NULL THEN
        RETURN cron.schedule_in_database(job_name, job_schedule, job_command, job_database, 'receipts_upkeep');
    END IF;
    -- The schedule is the DBA's: a deployment brings a new command, never a new time.
    PERFORM cron.alter_job(known, command => job_command, database => job_database);
    RETURN known;
END
$$;
COMMENT ON FUNCTION upkeep.ensure_job(text, text, text, text) IS
    'Schedules a job by name; of a job that is there already only the command is renewed, its schedule stays as the DBA set it';

CREATE OR REPLACE VIEW upkeep.job AS
SELECT j.jobid AS job_id, j.jobname AS job_name, j.database, j.schedule, j.active, j.command,
       d.status AS last_status, d.return_message AS last_message,
       d.start_time AS last_started_at, d.end_time AS last_finished_at
  FROM cron.job j
  LEFT JOIN LATERAL (SELECT r.* FROM cron.job_run_details r
                      WHERE r.jobid = j.jobid ORDER BY r.runid DESC LIMIT 1) d ON true;
COMMENT ON VIEW upkeep.job IS 'Every scheduled job with its last run; change a schedule with cron.alter_job(job_id, schedule => ''...'')';
COMMENT ON COLUMN upkeep.job.job_id IS 'The id that cron.alter_job and cron.unschedule take';
COMMENT ON COLUMN upkeep.job.job_name IS 'The name under which pg_receipts scheduled it';
COMMENT ON COLUMN upkeep.job.database IS 'The database it runs in';
COMMENT ON COLUMN upkeep.job.schedule IS 'Five fields of cron, in GMT';
COMMENT ON COLUMN upkeep.job.active IS 'False while the DBA has it switched off';
COMMENT ON COLUMN upkeep.job.command IS 'The SQL it runs';
COMMENT ON COLUMN upkeep.job.last_status IS 'starting, running, succeeded or failed; NULL before the first run';
COMMENT ON COLUMN upkeep.job.last_message IS 'What the last run returned, or its error';
COMMENT ON COLUMN upkeep.job.last_started_at IS 'Start of the last run';
COMMENT ON COLUMN upkeep.job.last_finished_at IS 'End of the last run';
GRANT USAGE ON SCHEMA upkeep TO receipts_admin;
GRANT SELECT ON upkeep.job TO receipts_admin;

-- The history of runs belongs to whoever pruned it; two weeks are enough to see a trend.
CREATE OR REPLACE FUNCTION upkeep.prune_history(keep interval) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (DELETE FROM cron.job_run_details WHERE end_time < now() - keep RETURNING 1)
    SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION upkeep.prune_history(interval) IS 'Deletes run history older than the interval; returns how many runs';
REVOKE EXECUTE ON FUNCTION upkeep.prune_history(interval), upkeep.ensure_job(text, text, text, text) FROM PUBLIC;
SELECT format('GRANT CONNECT ON DATABASE %I TO receipts_upkeep', current_database()) \gexec
GRANT USAGE ON SCHEMA upkeep TO receipts_upkeep;
GRANT EXECUTE ON FUNCTION upkeep.prune_history(interval) TO receipts_upkeep;
SELECT upkeep.ensure_job('receipts-run-history', '17 3 * * *', $$SELECT upkeep.prune_history('14 days')$$, current_database()) \g /dev/null
