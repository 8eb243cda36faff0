-- Every object of the extension has a comment; functions are labelled.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_receipts;
RESET client_min_messages;
SELECT pg_describe_object(d.classid, d.objid, 0)
  FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid AND d.refclassid = 'pg_extension'::regclass
 WHERE e.extname = 'pg_receipts' AND d.deptype = 'e' AND obj_description(d.objid, d.classid::regclass::name) IS NULL
   AND d.objid <> ALL (SELECT typarray FROM pg_type WHERE typname IN ('receipt_item', 'receipt_summary'))
 ORDER BY 1;
SELECT p.oid::regprocedure, p.provolatile, p.proparallel, p.proisstrict
  FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
 WHERE e.extname = 'pg_receipts' AND d.deptype = 'e' ORDER BY p.oid::regprocedure::text COLLATE "C";
-- To today's version from today's: nothing to do.
ALTER EXTENSION pg_receipts UPDATE;
-- In a schema of one's choice, moved at will.
CREATE SCHEMA elsewhere;
ALTER EXTENSION pg_receipts SET SCHEMA elsewhere;
SELECT elsewhere.receipt_is_valid('{}');
ALTER EXTENSION pg_receipts SET SCHEMA public;
DROP SCHEMA elsewhere;
