DROP FUNCTION ensure_first_partitions(TEXT);
DROP FUNCTION ensure_month_partitions(TEXT, DATE, INTEGER);
DROP FUNCTION refuse_update();
DROP FUNCTION set_updated_at();
DROP EXTENSION IF EXISTS pg_trgm;
DROP EXTENSION IF EXISTS btree_gist;
