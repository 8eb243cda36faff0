"""The same work in SQL, as one would write it without the extension."""

# Messages that lie in a table; a batch of them is stored by STORE, as the sink's are.
PREPARE = """
    CREATE TABLE bench.flat (
        transaction_id text NOT NULL, occurred_at timestamptz NOT NULL, place_id text NOT NULL,
        total_amount numeric NOT NULL, nds_amount numeric NOT NULL, tips_amount numeric NOT NULL,
        payment_method text NOT NULL, PRIMARY KEY (transaction_id, occurred_at, place_id));
    CREATE TABLE bench.flat_item (
        transaction_id text NOT NULL, line int NOT NULL, product_id text NOT NULL, quantity numeric NOT NULL,
        price numeric NOT NULL, category text NOT NULL, PRIMARY KEY (transaction_id, line));
    CREATE TABLE bench.place (
        place_id text PRIMARY KEY, place_name text, first_seen timestamptz, last_seen timestamptz);
    CREATE TABLE bench.dead (n int, body text);
    CREATE TABLE bench.delta (
        place_id text NOT NULL, starts_at timestamptz NOT NULL, purchases bigint, total numeric, nds numeric,
        tips numeric, least numeric, greatest numeric, categories jsonb, methods jsonb)"""

# The figures of some receipts and their lines, by place and hour.
FIGURES = """
    SELECT r.*, c.categories, m.methods
      FROM (SELECT place_id, starts_at, count(*) AS purchases, sum(total_amount) AS total, sum(nds_amount) AS nds,
                   sum(tips_amount) AS tips, min(total_amount) AS least, max(total_amount) AS greatest
              FROM {receipt} GROUP BY 1, 2) r
      JOIN (SELECT place_id, starts_at, jsonb_object_agg(category, jsonb_build_object(
                       'receipts', receipts, 'quantity', quantity, 'spent', spent)) AS categories
              FROM (SELECT place_id, starts_at, category, count(DISTINCT transaction_id) AS receipts,
                           sum(quantity) AS quantity, sum(round(quantity * price, 2)) AS spent
                      FROM {item} GROUP BY 1, 2, 3) one GROUP BY 1, 2) c USING (place_id, starts_at)
      JOIN (SELECT place_id, starts_at, jsonb_object_agg(payment_method, jsonb_build_object(
                       'receipts', receipts, 'amount', amount)) AS methods
              FROM (SELECT place_id, starts_at, payment_method, count(*) AS receipts, sum(total_amount) AS amount
                      FROM {receipt} GROUP BY 1, 2, 3) one GROUP BY 1, 2) m USING (place_id, starts_at)"""

# What the parser demands of a text, of a number.
TEXT = "jsonb_typeof({0}) = 'string' AND {0} #>> '{{}}' ~ '^[^[:cntrl:]]{{1,128}}$'"
AMOUNT = ("CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0})::numeric >= 0 AND scale(({0})::numeric) <= {1} "
          "AND ({0})::numeric < 1e12 ELSE false END")


def all_of(pattern, *values):
    """The pattern for each value, joined by AND."""
    return " AND ".join("coalesce(" + pattern.format(*(value if isinstance(value, tuple) else (value,))) + ", false)"
                        for value in values)


RECEIPT_IS_GOOD = (
    all_of(TEXT, "j -> 'transaction_id'", "j -> 'place_id'", "j -> 'payment_method'", "j -> 'timestamp'")
    + " AND " + all_of(AMOUNT, ("j -> 'total_amount'", 2), ("j -> 'nds_amount'", 2),
                       ("coalesce(nullif(j -> 'tips_amount', 'null'), '0')", 2)))
ITEM_IS_GOOD = (
    all_of(TEXT, "i.value -> 'product_id'", "i.value -> 'category'")
    + " AND " + all_of(AMOUNT, ("i.value -> 'quantity'", 6), ("i.value -> 'price'", 4)))

STORE = f"""
    WITH message AS MATERIALIZED (
        SELECT n, body, body::jsonb AS j FROM bench.message WHERE n >= %s AND n < %s
    ), judged AS MATERIALIZED (
        SELECT n, body, j, {RECEIPT_IS_GOOD} AND coalesce(items.good, false) AS good,
               (j ->> 'total_amount')::numeric <> items.sum AS odd
          FROM message, LATERAL (
                   SELECT bool_and({ITEM_IS_GOOD}) AS good,
                          sum(round((i.value -> 'quantity')::numeric * (i.value -> 'price')::numeric, 2)) AS sum
                     FROM jsonb_array_elements(j -> 'items') i) items
    ), split AS MATERIALIZED (
        SELECT r.*, coalesce(r.tips_amount, 0) AS tips, date_trunc('hour', r.timestamp, 'UTC') AS starts_at
          FROM judged, jsonb_to_record(j) AS r (
                   transaction_id text, timestamp timestamptz, place_id text, place_name text, total_amount numeric,
                   nds_amount numeric, tips_amount numeric, payment_method text, items jsonb)
         WHERE good
    ), stored AS (
        INSERT INTO bench.flat
        SELECT transaction_id, timestamp, place_id, total_amount, nds_amount, tips, payment_method FROM split
        ON CONFLICT DO NOTHING RETURNING transaction_id
    ), fresh AS MATERIALIZED (
        SELECT s.transaction_id, s.place_id, s.place_name, s.timestamp AS occurred_at, s.starts_at, s.total_amount,
               s.nds_amount, s.tips AS tips_amount, s.payment_method, s.items
          FROM split s JOIN stored USING (transaction_id)
    ), item AS MATERIALIZED (
        SELECT f.transaction_id, f.place_id, f.starts_at, i.line, i.product_id, i.quantity, i.price, i.category
          FROM fresh f, ROWS FROM (jsonb_to_recordset(f.items) AS (
                   product_id text, quantity numeric, price numeric, category text)) WITH ORDINALITY
                   AS i (product_id, quantity, price, category, line)
    ), lines AS (
        INSERT INTO bench.flat_item SELECT transaction_id, line, product_id, quantity, price, category FROM item
    ), seen AS (
        INSERT INTO bench.place AS p
        SELECT place_id, max(place_name), min(occurred_at), max(occurred_at) FROM fresh GROUP BY 1 ORDER BY 1
        ON CONFLICT (place_id) DO UPDATE SET first_seen = least(p.first_seen, EXCLUDED.first_seen),
                                             last_seen = greatest(p.last_seen, EXCLUDED.last_seen)
         WHERE EXCLUDED.first_seen < p.first_seen OR EXCLUDED.last_seen > p.last_seen
    ), buried AS (
        INSERT INTO bench.dead SELECT n, body FROM judged WHERE NOT good
    )
    INSERT INTO bench.delta""" + FIGURES.format(receipt="fresh", item="item")
