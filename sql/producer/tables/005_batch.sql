-- Functions whose signature has changed since.
DROP FUNCTION IF EXISTS api.submit_batch(bytea, bytea[], inet, text, int, text);
DROP FUNCTION IF EXISTS api.batch_result(journal.verdict, int);
