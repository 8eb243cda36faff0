-- What analysts read: plain columns, never the binary type.
CREATE OR REPLACE VIEW analytics.place_hourly AS
SELECT t.place_id, p.place_name, t.starts_at AS hour,
       receipts.purchases(t.summary) AS purchases, receipts.total_amount(t.summary) AS total_amount,
       receipts.average_receipt(t.summary) AS average_receipt, receipts.min_receipt(t.summary) AS min_receipt,
       receipts.max_receipt(t.summary) AS max_receipt, receipts.total_nds(t.summary) AS total_nds,
       receipts.total_tips(t.summary) AS total_tips
  FROM analytics.place_hour t JOIN analytics.place p USING (place_id);
COMMENT ON VIEW analytics.place_hourly IS 'Purchases of each place by absolute hour, as of the last rollup';

CREATE OR REPLACE VIEW analytics.place_daily AS
SELECT t.place_id, p.place_name, analytics.local_day(t.starts_at, p.timezone, p.day_start) AS day, t.starts_at,
       receipts.purchases(t.summary) AS purchases, receipts.total_amount(t.summary) AS total_amount,
       receipts.average_receipt(t.summary) AS average_receipt, receipts.min_receipt(t.summary) AS min_receipt,
       receipts.max_receipt(t.summary) AS max_receipt, receipts.total_nds(t.summary) AS total_nds,
       receipts.total_tips(t.summary) AS total_tips
  FROM analytics.place_day t JOIN analytics.place p USING (place_id);
COMMENT ON VIEW analytics.place_daily IS 'Purchases of each place by local business day, as of the last rollup';

CREATE OR REPLACE VIEW analytics.place_monthly AS
SELECT t.place_id, p.place_name, analytics.local_day(t.starts_at, p.timezone, p.day_start) AS month, t.starts_at,
       receipts.purchases(t.summary) AS purchases, receipts.total_amount(t.summary) AS total_amount,
       receipts.average_receipt(t.summary) AS average_receipt, receipts.min_receipt(t.summary) AS min_receipt,
       receipts.max_receipt(t.summary) AS max_receipt, receipts.total_nds(t.summary) AS total_nds,
       receipts.total_tips(t.summary) AS total_tips
  FROM analytics.place_month t JOIN analytics.place p USING (place_id);
COMMENT ON VIEW analytics.place_monthly IS 'Purchases of each place by local month, as of the last rollup';

CREATE OR REPLACE VIEW analytics.category_hourly AS
SELECT t.place_id, p.place_name, t.starts_at AS hour,
       c.category, c.receipts, c.quantity, c.total_spent, c.average_receipt
  FROM analytics.place_hour t JOIN analytics.place p USING (place_id)
 CROSS JOIN LATERAL receipts.categories(t.summary) c;
COMMENT ON VIEW analytics.category_hourly IS 'Purchases of each place and category by absolute hour, as of the last rollup';

CREATE OR REPLACE VIEW analytics.category_daily AS
SELECT t.place_id, p.place_name, analytics.local_day(t.starts_at, p.timezone, p.day_start) AS day, t.starts_at,
       c.category, c.receipts, c.quantity, c.total_spent, c.average_receipt
  FROM analytics.place_day t JOIN analytics.place p USING (place_id)
 CROSS JOIN LATERAL receipts.categories(t.summary) c;
COMMENT ON VIEW analytics.category_daily IS 'Purchases of each place and category by local business day, as of the last rollup';

CREATE OR REPLACE VIEW analytics.payment_daily AS
SELECT t.place_id, p.place_name, analytics.local_day(t.starts_at, p.timezone, p.day_start) AS day, t.starts_at,
       m.payment_method, m.receipts, m.total_amount
  FROM analytics.place_day t JOIN analytics.place p USING (place_id)
 CROSS JOIN LATERAL receipts.payment_methods(t.summary) m;
COMMENT ON VIEW analytics.payment_daily IS 'Purchases of each place and payment method by local business day, as of the last rollup';

CREATE OR REPLACE VIEW analytics.receipt AS
SELECT r.transaction_id, r.place_id, p.place_name, r.occurred_at, r.occurred_at AT TIME ZONE p.timezone AS local_time,
       r.total_amount, r.nds_amount, r.tips_amount, r.payment_method, cardinality(r.items) AS lines, b.stored_at
  FROM analytics.raw_receipt r
  JOIN analytics.place p USING (place_id)
  JOIN analytics.batch b USING (batch_id);
COMMENT ON VIEW analytics.receipt IS 'Every stored receipt, up to the second';

CREATE OR REPLACE VIEW analytics.receipt_item AS
SELECT r.transaction_id, r.place_id, r.occurred_at, i.line, i.product_id, i.category, i.quantity, i.price,
       round(i.quantity * i.price, 2) AS line_sum
  FROM analytics.raw_receipt r
 CROSS JOIN LATERAL unnest(r.items) WITH ORDINALITY AS i (product_id, quantity, price, category, line);
COMMENT ON VIEW analytics.receipt_item IS 'Every line of every stored receipt, up to the second';

-- What is not of one place, such as counts of all, a role bound to places does not see.
CREATE OR REPLACE VIEW analytics.freshness AS
SELECT (SELECT max(r.started_at) FROM analytics.rollup_run r WHERE r.status = 'succeeded') AS as_of,
       CASE WHEN v.places IS NULL THEN (SELECT count(*) FROM analytics.pending_batch) END AS pending_batches,
       CASE WHEN v.places IS NULL THEN
           (SELECT min(b.stored_at) FROM analytics.pending_batch q JOIN analytics.batch b USING (batch_id)) END AS pending_since,
       CASE WHEN v.places IS NULL THEN
           (SELECT count(*) FROM analytics.dead_letter d WHERE d.resolved_at IS NULL) END AS dead_letters
  FROM (SELECT analytics.visible_places(current_user) AS places) v;
COMMENT ON VIEW analytics.freshness IS 'How fresh the rollups are and what waits; roles bound to places see only the former';

CREATE OR REPLACE VIEW analytics.receipt_status AS
SELECT r.transaction_id, r.place_id, r.occurred_at, b.stored_at,
       CASE WHEN (SELECT analytics.visible_places(current_user)) IS NULL THEN b.topic END AS topic,
       CASE WHEN (SELECT analytics.visible_places(current_user)) IS NULL THEN b.partition END AS "partition",
       CASE WHEN (SELECT analytics.visible_places(current_user)) IS NULL THEN b.first_offset END AS first_offset,
       CASE WHEN (SELECT analytics.visible_places(current_user)) IS NULL THEN b.next_offset END AS next_offset,
       NOT EXISTS (SELECT FROM analytics.pending_batch q WHERE q.batch_id = r.batch_id) AS rolled_up
  FROM analytics.raw_receipt r
  JOIN analytics.batch b USING (batch_id);
COMMENT ON VIEW analytics.receipt_status IS 'Where each stored receipt came from, and whether the rollups have it';

CREATE OR REPLACE VIEW analytics.receipt_trace AS
SELECT t.transaction_id, t.place_id, t.occurred_at, replace(t.trace_id::text, '-', '') AS trace_id,
       encode(t.span_id, 'hex') AS span_id, t.sampled
  FROM analytics.trace t;
COMMENT ON VIEW analytics.receipt_trace IS 'W3C trace context of the receipts whose request had one';

-- Columns that mean the same in every view are described once.
DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT c.table_name, c.column_name, t.description
          FROM information_schema.columns c
          JOIN (VALUES
              ('place_id', 'The place'), ('place_name', 'Its name in the latest receipt that gave one'),
              ('hour', 'Begin of the hour'), ('day', 'The place''s local business day'),
              ('month', 'First day of the place''s local month'),
              ('starts_at', 'The instant it begins'), ('purchases', 'Number of receipts'),
              ('total_amount', 'Sum of what was paid, tips not included'),
              ('average_receipt', 'That sum over the number of receipts, half away from zero'),
              ('min_receipt', 'The least amount paid'), ('max_receipt', 'The greatest amount paid'),
              ('total_nds', 'Sum of the tax inside the amounts'), ('total_tips', 'Sum of tips'),
              ('category', 'The category of the lines'), ('receipts', 'Number of distinct receipts'),
              ('quantity', 'Sum of quantities'), ('total_spent', 'Sum of the line sums'),
              ('payment_method', 'As the till gave it'), ('transaction_id', 'As the till gave it'),
              ('occurred_at', 'Time of purchase'), ('local_time', 'Time of purchase by the clock of the place'),
              ('nds_amount', 'Tax inside the amount'), ('tips_amount', 'Tips, outside the amount'),
              ('lines', 'Number of lines'), ('stored_at', 'When this database stored it'),
              ('line', 'Number of the line, from 1'), ('product_id', 'The product'), ('price', 'Price of one unit'),
              ('line_sum', 'quantity x price, rounded to two decimals, half away from zero'),
              ('as_of', 'What had been stored by then is in the rollups'),
              ('pending_batches', 'Batches that no rollup has taken up yet'),
              ('pending_since', 'When the oldest of them was stored'),
              ('topic', 'Kafka topic'), ('partition', 'Kafka partition'),
              ('first_offset', 'First offset of the batch it came with'),
              ('next_offset', 'First offset after that batch'),
              ('rolled_up', 'Whether the rollups have it'),
              ('trace_id', 'The client''s trace, 32 hexadecimal digits'),
              ('span_id', 'The span of the request at the producer, 16 hexadecimal digits'),
              ('sampled', 'Whether the client records the trace'),
              ('dead_letters', 'Messages that could not be stored and are neither retried nor dismissed')) AS t (column_name, description) USING (column_name)
         WHERE c.table_schema = 'analytics'
           AND c.table_name IN ('place_hourly', 'place_daily', 'place_monthly', 'category_hourly', 'category_daily',
                                'payment_daily', 'receipt', 'receipt_item', 'receipt_status', 'receipt_trace', 'freshness')
    LOOP
        EXECUTE format('COMMENT ON COLUMN analytics.%I.%I IS %L',
                       described.table_name, described.column_name, described.description);
    END LOOP;
END
$$;

-- Of one receipt or one line they are no sums.
COMMENT ON COLUMN analytics.receipt.total_amount IS 'Amount paid, tips not included';
COMMENT ON COLUMN analytics.receipt_item.quantity IS 'How much of it was sold';
COMMENT ON COLUMN analytics.receipt_item.category IS 'The category of the product';
