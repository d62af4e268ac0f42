DROP INDEX kyc_documents_queue_idx;
ALTER TABLE kyc_documents
    DROP CONSTRAINT kyc_documents_claim_ends,
    DROP CONSTRAINT kyc_documents_byte_size_not_negative,
    DROP COLUMN version,
    DROP COLUMN claimed_until,
    DROP COLUMN claimed_by,
    DROP COLUMN uploaded_by,
    DROP COLUMN content_hash,
    DROP COLUMN byte_size,
    DROP COLUMN content_type,
    DROP COLUMN file_name;
DROP TABLE password_links;
DROP TABLE recovery_codes;
DROP TABLE mfa_factors;
ALTER TABLE sessions DROP COLUMN is_limited, DROP COLUMN confirmed_at;
DROP TRIGGER users_updated_at ON users;
CREATE TRIGGER users_updated_at BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION set_updated_at();
DROP INDEX users_deleted_at_idx;
DROP INDEX users_last_login_idx;
ALTER TABLE users DROP CONSTRAINT users_erased_are_deleted, DROP COLUMN erased_at, DROP COLUMN client_id;
DROP TABLE api_keys;
DROP TABLE api_clients;
DROP TYPE api_client_mode;
