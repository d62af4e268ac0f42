DROP INDEX orders_unpaid_client_id_idx;
DROP INDEX orders_unpaid_user_id_idx;
ALTER TABLE orders DROP COLUMN reserved_until;
ALTER TABLE orders DROP COLUMN client_id;
