-- Whose tokens are still to be made anew; empty afterwards.
CREATE INDEX CONCURRENTLY users_search_version_idx ON users (id) WHERE search_version < 1;
