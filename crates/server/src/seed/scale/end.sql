-- Ids and times are not made any more.
DROP FUNCTION pg_temp.seed_id(INTEGER, BIGINT);
DROP FUNCTION pg_temp.seed_time(BIGINT, BIGINT, INTEGER);
