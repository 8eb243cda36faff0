-- Tells the front ends, which keep answers, that what they are made of has changed:
-- everything that figures without live=true are read from, and who may read them.
CREATE OR REPLACE FUNCTION analytics.tell_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Delivered when the transaction commits, and once for all of it.
    PERFORM pg_notify('receipts_changed', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION analytics.tell_changed() IS 'Trigger: has the front ends forget the answers that they keep';

DO $$
DECLARE
    watched record;
BEGIN
    FOR watched IN SELECT * FROM (VALUES
        ('analytics.place_hour', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
        ('analytics.place_day', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
        ('analytics.place_month', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
        ('analytics.rollup_run', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
        ('analytics.retention', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
        -- New ones are pending, and pending ones are not read.
        ('analytics.raw_receipt', 'UPDATE OR DELETE OR TRUNCATE'),
        ('analytics.pending_batch', 'DELETE OR TRUNCATE'),
        ('analytics.place', 'DELETE OR TRUNCATE'),
        ('auth.token', 'INSERT OR UPDATE OR DELETE OR TRUNCATE')) AS w (relation, events)
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER tell_changed AFTER %s ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION analytics.tell_changed()', watched.events, watched.relation);
        EXECUTE format('COMMENT ON TRIGGER tell_changed ON %s IS %L', watched.relation,
                       'Has the front ends forget the answers that they keep');
    END LOOP;
END
$$;

-- Every batch of receipts touches its places, but seldom what answers show of them.
CREATE OR REPLACE TRIGGER tell_renamed AFTER UPDATE ON analytics.place
FOR EACH ROW WHEN ((OLD.place_id, OLD.place_name, OLD.timezone, OLD.day_start)
                   IS DISTINCT FROM (NEW.place_id, NEW.place_name, NEW.timezone, NEW.day_start))
EXECUTE FUNCTION analytics.tell_changed();
COMMENT ON TRIGGER tell_renamed ON analytics.place IS 'Has the front ends forget the answers that they keep';
