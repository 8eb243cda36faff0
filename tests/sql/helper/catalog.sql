-- What holds of all objects of ours, in either database.
-- Every object of ours has a comment.
SELECT n.nspname, c.relkind, c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND c.relkind IN ('r', 'p', 'v', 'S')
   AND NOT c.relispartition AND obj_description(c.oid, 'pg_class') IS NULL
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('i', 'a') AND c.relkind = 'S')
 ORDER BY 1, 3;
SELECT n.nspname, c.relname, a.attname
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND c.relkind IN ('r', 'p', 'v')
   AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
   AND col_description(c.oid, a.attnum) IS NULL
 ORDER BY 1, 2, a.attnum;
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND obj_description(p.oid, 'pg_proc') IS NULL
 ORDER BY p.oid::regprocedure::text;
SELECT n.nspname FROM pg_namespace n
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND obj_description(n.oid, 'pg_namespace') IS NULL;
-- So have indexes, types, extensions' schemas and the database itself.
SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND c.relkind IN ('i', 'I')
   AND NOT c.relispartition AND obj_description(c.oid, 'pg_class') IS NULL
 ORDER BY c.oid::regclass::text;
SELECT t.oid::regtype FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND t.typelem = 0
   AND (c.oid IS NULL OR c.relkind = 'c') AND obj_description(t.oid, 'pg_type') IS NULL;
SELECT n.nspname FROM pg_namespace n
 WHERE n.nspname IN ('receipts', 'crypto', 'partman') AND obj_description(n.oid, 'pg_namespace') IS NULL;
SELECT shobj_description(d.oid, 'pg_database') IS NOT NULL AS commented FROM pg_database d WHERE d.datname = current_database();
-- Every SECURITY DEFINER function pins its search_path.
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND p.prosecdef
   AND NOT coalesce(p.proconfig::text LIKE '%search_path=pg_catalog, pg_temp%', false);
-- Nobody may call anything by default.
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy') AND has_function_privilege('public', p.oid, 'EXECUTE');
-- All of it belongs to the owner role.
SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy');
SELECT DISTINCT pg_get_userbyid(p.proowner) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy');
-- What each program's role may call, and what it may touch directly.
SELECT r.rolname, p.oid::regprocedure
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, pg_roles r
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy')
   AND r.rolname IN ('receipts_producer', 'receipts_relay', 'receipts_consumer', 'receipts_sink', 'receipts_upkeep')
   AND has_function_privilege(r.oid, p.oid, 'EXECUTE') AND has_schema_privilege(r.oid, n.oid, 'USAGE')
 ORDER BY r.rolname, p.oid::regprocedure::text;
SELECT r.rolname, c.oid::regclass
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
 WHERE n.nspname IN ('api', 'auth', 'journal', 'analytics', 'deploy', 'partman') AND c.relkind IN ('r', 'p', 'v')
   AND NOT c.relispartition
   AND r.rolname IN ('receipts_producer', 'receipts_relay', 'receipts_consumer', 'receipts_sink', 'receipts_upkeep', 'receipts_analyst')
   AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
 ORDER BY r.rolname, c.oid::regclass::text;
