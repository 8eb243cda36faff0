-- What the indexes are for.
COMMENT ON INDEX analytics.raw_receipt_pkey IS 'Each receipt once: one that comes again is passed over';
COMMENT ON INDEX analytics.raw_receipt_place IS 'The raw edges of an interval at one place';
COMMENT ON INDEX analytics.batch_pkey IS 'A batch by its number';
COMMENT ON INDEX analytics.pending_batch_pkey IS 'Whether a batch waits for the rollup';
COMMENT ON INDEX analytics.pending_place IS 'What is pending at one place, for live figures';
COMMENT ON INDEX analytics.place_pkey IS 'A place by its id';
COMMENT ON INDEX analytics.place_hour_pkey IS 'The hours of a place in order';
COMMENT ON INDEX analytics.place_day_pkey IS 'The days of a place in order';
COMMENT ON INDEX analytics.place_month_pkey IS 'The months of a place in order';
COMMENT ON INDEX analytics.rollup_run_pkey IS 'A run by its number';
COMMENT ON INDEX analytics.rollup_run_succeeded IS 'The last good run: how fresh the figures are';
COMMENT ON INDEX analytics.kafka_offset_pkey IS 'How far a partition is stored';
COMMENT ON INDEX analytics.dead_letter_pkey IS 'A dead letter by its number';
COMMENT ON INDEX analytics.dead_letter_open IS 'Those neither stored nor dismissed';
COMMENT ON INDEX analytics.dead_letter_offset IS 'A dead letter by where it came from';
COMMENT ON INDEX analytics.verification_pkey IS 'A proof by its number';
COMMENT ON INDEX analytics.reassignment_pkey IS 'Whether a receipt has been given another place';
COMMENT ON INDEX analytics.retention_pkey IS 'There is one row';
