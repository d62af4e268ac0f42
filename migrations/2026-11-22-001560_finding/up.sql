-- Finding things from one field: how a number begins, an integrator's own reference, and names.

-- order_number is unique in the collation of the database, which LIKE cannot use.
CREATE INDEX orders_order_number_begins_idx ON orders (order_number text_pattern_ops);
-- The unique key begins with who placed it, and who looks for a reference does not know that.
CREATE INDEX orders_reference_idx ON orders (reference) WHERE reference IS NOT NULL;
CREATE INDEX data_providers_name_idx ON data_providers USING gin (lower(name) gin_trgm_ops);
CREATE INDEX api_clients_name_idx ON api_clients USING gin (lower(name) gin_trgm_ops);
