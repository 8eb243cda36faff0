-- The keys by which tokens are found.
COMMENT ON INDEX auth.token_pkey IS 'Finds a token by its number';
COMMENT ON INDEX auth.token_hash_key IS 'Finds a token by what a request presents; no two are alike';
COMMENT ON INDEX deploy.migration_pkey IS 'Each file is applied once';
