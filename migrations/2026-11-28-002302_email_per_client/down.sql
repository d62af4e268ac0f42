DROP INDEX users_email_hash_key;
CREATE UNIQUE INDEX users_email_hash_key ON users (email_hash) WHERE deleted_at IS NULL;
