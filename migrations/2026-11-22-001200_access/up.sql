-- Access: integrators' keys, second factors, links that set a password; and what the review of documents needs.

CREATE TYPE api_client_mode AS ENUM ('live', 'test');

-- An integrator's program. Its scopes are permissions of the one table; whatever it may do, it does to its own
-- customers. An empty list of networks lets it come from anywhere.
CREATE TABLE api_clients (
    id           UUID PRIMARY KEY,
    name         VARCHAR(100) NOT NULL,
    mode         api_client_mode NOT NULL,
    scopes       JSONB NOT NULL,                       -- an array of permissions
    networks     JSONB NOT NULL DEFAULT '[]',          -- an array of CIDR blocks
    created_by   UUID REFERENCES users (id),
    expires_at   TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT api_clients_may_something CHECK (jsonb_typeof(scopes) = 'array' AND jsonb_array_length(scopes) > 0),
    CONSTRAINT api_clients_networks_are_a_list CHECK (jsonb_typeof(networks) = 'array')
);
CREATE INDEX api_clients_created_by_idx ON api_clients (created_by);
CREATE INDEX api_clients_created_at_idx ON api_clients (created_at DESC, id DESC);
CREATE TRIGGER api_clients_updated_at BEFORE UPDATE ON api_clients FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- A client has one key, and for the time of a rotation two. Only the hash is kept; the beginning tells keys apart.
CREATE TABLE api_keys (
    id         UUID PRIMARY KEY,
    client_id  UUID NOT NULL REFERENCES api_clients (id),
    prefix     VARCHAR(20) NOT NULL,
    key_hash   BYTEA NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at TIMESTAMPTZ                             -- set when a newer key takes over
);
CREATE INDEX api_keys_client_id_idx ON api_keys (client_id, created_at DESC);

-- Whose customer this is; NULL = the house's own. erased_at: the personal data is gone, the row stays for the ledger.
ALTER TABLE users ADD COLUMN client_id UUID REFERENCES api_clients (id), ADD COLUMN erased_at TIMESTAMPTZ;
ALTER TABLE users ADD CONSTRAINT users_erased_are_deleted CHECK (erased_at IS NULL OR deleted_at IS NOT NULL);
CREATE INDEX users_client_id_idx ON users (client_id, created_at DESC, id DESC);
CREATE INDEX users_last_login_idx ON users (last_login DESC NULLS LAST, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX users_deleted_at_idx ON users (deleted_at DESC, id DESC) WHERE deleted_at IS NOT NULL;

-- Signing in is not a change of the person: only what describes them moves updated_at.
DROP TRIGGER users_updated_at ON users;
CREATE TRIGGER users_updated_at BEFORE UPDATE OF email, first_name, last_name, phone, status, role, kyc_status, password_hash, deleted_at
    ON users FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- confirmed_at: when its owner last proved who they are, for acts that ask for it anew. is_limited: a member of
-- the staff without a second factor, who may do nothing but enrol one.
ALTER TABLE sessions ADD COLUMN confirmed_at TIMESTAMPTZ, ADD COLUMN is_limited BOOLEAN NOT NULL DEFAULT false;

-- The second factor: one TOTP secret a person. last_step is the time step of the code that was last accepted,
-- so that no code serves twice.
CREATE TABLE mfa_factors (
    user_id      UUID PRIMARY KEY REFERENCES users (id),
    secret       BYTEA NOT NULL,                       -- sealed
    confirmed_at TIMESTAMPTZ,                          -- NULL = shown, but no code was entered yet
    last_step    BIGINT NOT NULL DEFAULT 0,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE recovery_codes (
    id        UUID PRIMARY KEY,
    user_id   UUID NOT NULL REFERENCES users (id),
    code_hash BYTEA NOT NULL,                          -- keyed
    used_at   TIMESTAMPTZ,
    CONSTRAINT recovery_codes_user_id_code_hash_key UNIQUE (user_id, code_hash)
);

-- Links by mail that let their reader set a password: an invitation, or a reset.
CREATE TABLE password_links (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ
);
CREATE INDEX password_links_user_id_idx ON password_links (user_id, created_at DESC);
CREATE INDEX password_links_expires_at_idx ON password_links (expires_at);

-- What was uploaded, as it is kept: re-encoded and sealed. content_hash is keyed, and of the file as it came, so
-- that the same file is recognised whoever uploads it. A claim keeps two reviewers from one document.
ALTER TABLE kyc_documents
    ADD COLUMN file_name     BYTEA,                    -- sealed: people name files after themselves
    ADD COLUMN content_type  VARCHAR(50) NOT NULL DEFAULT 'image/jpeg',
    ADD COLUMN byte_size     BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN content_hash  BYTEA,
    ADD COLUMN uploaded_by   UUID REFERENCES users (id),
    ADD COLUMN claimed_by    UUID REFERENCES users (id),
    ADD COLUMN claimed_until TIMESTAMPTZ,
    ADD COLUMN version       INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT kyc_documents_byte_size_not_negative CHECK (byte_size >= 0),
    ADD CONSTRAINT kyc_documents_claim_ends CHECK ((claimed_by IS NULL) = (claimed_until IS NULL));
ALTER TABLE kyc_documents ALTER COLUMN content_type DROP DEFAULT, ALTER COLUMN byte_size DROP DEFAULT;
CREATE INDEX kyc_documents_content_hash_idx ON kyc_documents (content_hash);
CREATE INDEX kyc_documents_uploaded_by_idx ON kyc_documents (uploaded_by);
CREATE INDEX kyc_documents_claimed_by_idx ON kyc_documents (claimed_by);
-- The queue: the oldest first.
CREATE INDEX kyc_documents_queue_idx ON kyc_documents (uploaded_at, id) WHERE status = 'pending' AND deleted_at IS NULL;
