-- Database roles that see only some places.
CREATE TABLE analytics.role_scope (
    role_name name PRIMARY KEY,
    places text[] NOT NULL CHECK (array_position(places, NULL) IS NULL)
);
COMMENT ON TABLE analytics.role_scope IS 'Roles that see only some places, they and their members; set by analytics.scope_role()';
COMMENT ON COLUMN analytics.role_scope.role_name IS 'The role; by name, so that one dropped and made again is still bound';
COMMENT ON COLUMN analytics.role_scope.places IS 'What it sees; an empty array: nothing';
COMMENT ON INDEX analytics.role_scope_pkey IS 'The scope of a role';
