-- The planner knows the rows from the first question on.
ANALYZE;
DROP FUNCTION pg_temp.seed_id(INTEGER, BIGINT);
DROP FUNCTION pg_temp.seed_time(BIGINT, BIGINT, INTEGER);
