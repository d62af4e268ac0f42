-- One person can buy at two shops, and no shop may learn of the other's customers: an email address is unique among
-- the living customers of one API client, and among the living direct accounts (client_id IS NULL).
DROP INDEX users_email_hash_key;
CREATE UNIQUE INDEX users_email_hash_key ON users (email_hash, client_id) NULLS NOT DISTINCT WHERE deleted_at IS NULL;
