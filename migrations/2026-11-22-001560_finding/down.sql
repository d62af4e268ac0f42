DROP INDEX api_clients_name_idx;
DROP INDEX data_providers_name_idx;
DROP INDEX orders_reference_idx;
DROP INDEX orders_order_number_begins_idx;
