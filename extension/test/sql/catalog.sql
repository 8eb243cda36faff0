-- Test "catalog" of pg_receipts
\set VERBOSITY terse
-- Every object of the extension has a comment (array types have none of their own)
SELECT pg_describe_object(classid, objid, 0) AS without_comment
  FROM pg_depend AS d WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_receipts') AND deptype = 'e'
   AND obj_description(objid, classid::regclass::name) IS NULL
   AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type WHERE oid = objid AND typelem <> 0 AND typcategory = 'A'))
   AND NOT (classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class WHERE oid = objid AND relkind = 'c'))
 ORDER BY pg_describe_object(classid, objid, 0) COLLATE "C";
SELECT pg_describe_object(classid, objid, 0) AS object
  FROM pg_depend AS d WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_receipts') AND deptype = 'e' ORDER BY pg_describe_object(classid, objid, 0) COLLATE "C";
SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute AS a WHERE attrelid = 'receipt_item'::regclass ORDER BY attnum;
-- Labels
SELECT p.oid::regprocedure AS function, p.provolatile AS volatile, p.proparallel AS parallel, p.proisstrict AS strict, p.prosecdef AS definer, p.proleakproof AS leakproof, p.prokind AS kind
  FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
 WHERE refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_receipts') ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT typname, typlen, typbyval, typalign, typstorage, typdelim FROM pg_type WHERE typname = 'receipt_summary';
SELECT extrelocatable FROM pg_extension WHERE extname = 'pg_receipts';
SELECT name, trusted, relocatable, superuser, requires FROM pg_available_extension_versions WHERE name = 'pg_receipts' ORDER BY version;
-- Nothing is looked up by name: the extension works in another schema, off the search path
BEGIN;
CREATE SCHEMA elsewhere;
ALTER EXTENSION pg_receipts SET SCHEMA elsewhere;
SET LOCAL search_path = pg_catalog;
SELECT elsewhere.receipt_is_valid('{}'), elsewhere.purchases('\x0100'::elsewhere.receipt_summary);
SELECT (r.items)[1].product_id, r.summary::json FROM elsewhere.receipt_parse('{"transaction_id":"T","timestamp":"2024-05-01T12:00:00Z","items":[{"product_id":"P","quantity":1,"price":1,"category":"C"}],"total_amount":1,"nds_amount":0,"payment_method":"card"}') AS r;
ROLLBACK;
