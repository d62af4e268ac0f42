DROP INDEX plan_provider_offers_sku_begins_idx;
DROP INDEX api_clients_name_idx;
CREATE INDEX api_clients_name_idx ON api_clients USING gin (lower(name) gin_trgm_ops);
DROP INDEX data_providers_name_idx;
CREATE INDEX data_providers_name_idx ON data_providers USING gin (lower(name) gin_trgm_ops);
DROP INDEX plans_name_idx;
CREATE INDEX plans_name_idx ON plans USING gin (lower(name) gin_trgm_ops);
DROP FUNCTION search_fold(TEXT);
