-- Drop the functions for ids and times.
DROP FUNCTION pg_temp.seed_id(INTEGER, BIGINT);
DROP FUNCTION pg_temp.seed_time(BIGINT, BIGINT, INTEGER);
