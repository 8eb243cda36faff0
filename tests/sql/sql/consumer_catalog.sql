-- What the catalog says of the consumer's objects.
\getenv abs_srcdir PG_ABS_SRCDIR
\set helper :abs_srcdir '/helper/catalog.sql'
\i :helper
-- A migration that was changed afterwards is refused.
\set VERBOSITY terse
SELECT deploy.needs('common/tables/001_auth.sql', 'another');
