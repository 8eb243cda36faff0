-- Functions that have learned languages since.
DROP FUNCTION IF EXISTS api.submit(bytea[], bytea[], inet[], text[], text[]);
DROP FUNCTION IF EXISTS api.submit_reply(journal.verdict);
DROP FUNCTION IF EXISTS api.submit_batch(bytea, bytea[], inet, text, int, text, boolean);
DROP FUNCTION IF EXISTS api.batch_result(journal.verdict, int, boolean);
DROP FUNCTION IF EXISTS journal.misplaced_errors(text);
