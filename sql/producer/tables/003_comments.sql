-- What the journal's indexes are for.
COMMENT ON INDEX journal.receipt_pkey IS 'A row by its number and time, as journal.accepted names it';
COMMENT ON INDEX journal.receipt_refused_transaction IS 'Refused and repeated receipts of a transaction_id; accepted ones are found through journal.accepted';
COMMENT ON INDEX journal.receipt_refused_outcome IS 'The newest refused or repeated receipts';
COMMENT ON INDEX journal.receipt_received_at IS 'Ranges of time; small, since rows lie in the order of arrival';
COMMENT ON INDEX journal.accepted_pkey IS 'What makes the second receipt with a transaction_id a duplicate or a conflict';
COMMENT ON INDEX journal.outbox_pkey IS 'The order in which the relay publishes';
COMMENT ON INDEX journal.publication_pkey IS 'The order of the acknowledgements';
COMMENT ON INDEX journal.publication_span IS 'The batches that may hold a receipt';
COMMENT ON INDEX journal.place_pkey IS 'A place by its id';
COMMENT ON INDEX journal.relay_lease_pkey IS 'There is one lease';
