SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
-- A receipt from raw JSON values; changes replace, add, or (with '') remove one.
CREATE FUNCTION pg_temp.receipt(changes text[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    item_names text[] := '{product_id,quantity,price,category}';
    item_values text[] := '{"\"P1\"",2,10.50,"\"Food\""}';
    names text[] := '{transaction_id,timestamp,items,total_amount,nds_amount,tips_amount,payment_method}';
    vals text[] := '{"\"T1\"","\"2024-05-01T12:00:00Z\"",x,21.00,3.50,1.00,"\"card\""}';
    item text;
BEGIN
    vals[3] := NULL;
    FOR i IN 1 .. coalesce(array_length(changes, 1), 0) / 2 LOOP
        DECLARE
            name text := changes[2 * i - 1];
            value text := changes[2 * i];
            at int;
        BEGIN
            IF name LIKE 'item.%' THEN
                name := substr(name, 6);
                at := array_position(item_names, name);
                IF at IS NULL THEN
                    item_names := item_names || name; item_values := item_values || value;
                ELSE item_values[at] := value; END IF;
            ELSE
                at := array_position(names, name);
                IF at IS NULL THEN
                    names := names || name; vals := vals || value;
                ELSE vals[at] := value; END IF;
            END IF;
        END;
    END LOOP;
    SELECT '[{' || string_agg('"' || n || '":' || v, ',' ORDER BY o) || '}]' INTO item
      FROM unnest(item_names, item_values) WITH ORDINALITY u(n, v, o) WHERE v <> '';
    vals[3] := coalesce(vals[3], item);
    RETURN (SELECT '{' || string_agg('"' || n || '":' || v, ',' ORDER BY o) || '}'
      FROM unnest(names, vals) WITH ORDINALITY u(n, v, o) WHERE v <> '');
END $$;
