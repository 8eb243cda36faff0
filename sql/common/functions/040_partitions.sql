-- Keeping the partitions of a table that pg_partman looks after.
CREATE OR REPLACE FUNCTION deploy.partition_spans(parent regclass)
RETURNS TABLE (from_at timestamptz, to_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT bound[1]::timestamptz, bound[2]::timestamptz
      FROM pg_inherits i
      JOIN pg_class c ON c.oid = i.inhrelid
     CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)') bound
     WHERE i.inhparent = parent AND bound IS NOT NULL
$$;
COMMENT ON FUNCTION deploy.partition_spans(regclass) IS
    'The interval of each partition of a table that is cut by time; the default partition has none';

CREATE OR REPLACE FUNCTION deploy.take_strays(parent regclass) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plan partman.part_config;
    stray_home regclass := (SELECT p.partdefid FROM pg_partitioned_table p WHERE p.partrelid = parent);
    from_at timestamptz := (SELECT max(s.to_at) FROM deploy.partition_spans(parent) s);
    to_at timestamptz;
    found boolean;
BEGIN
    SELECT * INTO plan FROM partman.part_config c WHERE c.parent_table::regclass = parent;
    -- At least as far as the partitions that run_maintenance() is about to make.
    to_at := now() + (plan.premake + 2) * plan.partition_interval::interval;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= $1 AND %2$I < $2)', stray_home, plan.control)
       INTO found USING from_at, to_at;
    IF found THEN
        -- From here on nothing can be added that would stand in the way.
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', stray_home);
        EXECUTE format('CREATE TEMPORARY TABLE stray (LIKE %s) ON COMMIT DROP', stray_home);
        EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %I >= $1 AND %2$I < $2 RETURNING *)
                        INSERT INTO pg_temp.stray SELECT * FROM gone', stray_home, plan.control)
          USING from_at, to_at;
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION deploy.take_strays(regclass) IS
    'Puts rows of the default partition for which a partition is about to be made into the temporary table stray; false: there were none';

CREATE OR REPLACE FUNCTION deploy.maintain_partitions(parent regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'   -- in which sql/migrate cut the months
AS $$
DECLARE
    -- After months without upkeep the default partition holds what PostgreSQL
    -- would refuse to make a partition for.
    strayed boolean := deploy.take_strays(parent);
BEGIN
    PERFORM partman.run_maintenance(parent::text, p_analyze => false);
    IF strayed THEN
        EXECUTE format('INSERT INTO %s SELECT * FROM pg_temp.stray', parent);
        DROP TABLE pg_temp.stray;
    END IF;
END
$$;
COMMENT ON FUNCTION deploy.maintain_partitions(regclass) IS
    'Upkeep: makes the next partitions, moves rows there that had to wait in the default one, and drops partitions past the retention in partman.part_config';
