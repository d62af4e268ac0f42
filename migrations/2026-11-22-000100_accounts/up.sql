-- Accounts: users, kyc_documents, sessions, login_attempts.

CREATE TYPE user_status AS ENUM ('active', 'inactive', 'suspended', 'banned');
CREATE TYPE user_role AS ENUM ('customer', 'admin', 'super_admin', 'support');
-- Two vocabularies on purpose: a person is verified, a document is approved. The first is derived from the second.
CREATE TYPE kyc_status AS ENUM ('pending', 'verified', 'rejected');
CREATE TYPE kyc_document_type AS ENUM ('passport', 'id_card', 'drivers_license', 'utility_bill');
CREATE TYPE kyc_document_status AS ENUM ('pending', 'approved', 'rejected');

-- email, first_name, last_name and phone hold sealed values (AES-256-GCM, the key's version inside, bound to
-- table, column and row), so the lengths of the design bind the plain text and are checked before sealing.
-- email_hash (keyed HMAC of the normalised address) carries uniqueness and login; search_tokens (keyed HMACs
-- of normalised words and their prefixes) carry search. Neither can be turned back into the text.
CREATE TABLE users (
    id            UUID PRIMARY KEY,
    email         BYTEA NOT NULL,
    email_hash    BYTEA NOT NULL,
    password_hash VARCHAR(255) NOT NULL,               -- an unusable marker for an invited user: it never verifies
    first_name    BYTEA NOT NULL,
    last_name     BYTEA NOT NULL,
    phone         BYTEA,
    search_tokens BIGINT[] NOT NULL DEFAULT '{}',
    status        user_status NOT NULL,
    role          user_role NOT NULL,
    kyc_status    kyc_status NOT NULL DEFAULT 'pending',
    session_epoch INTEGER NOT NULL DEFAULT 0,          -- raised to end every session of the user at once
    created_by    UUID REFERENCES users (id),
    version       INTEGER NOT NULL DEFAULT 1,
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_login    TIMESTAMPTZ,
    deleted_at    TIMESTAMPTZ,
    CONSTRAINT users_search_tokens_present CHECK (array_position(search_tokens, NULL) IS NULL),
    CONSTRAINT users_session_epoch_not_negative CHECK (session_epoch >= 0)
);
-- Among the living only, so that an address can come back after its account was deleted.
CREATE UNIQUE INDEX users_email_hash_key ON users (email_hash) WHERE deleted_at IS NULL;
CREATE INDEX users_search_tokens_idx ON users USING gin (search_tokens);
CREATE INDEX users_status_idx ON users (status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX users_role_idx ON users (role, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX users_kyc_status_idx ON users (kyc_status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX users_created_at_idx ON users (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX users_created_by_idx ON users (created_by);
CREATE TRIGGER users_updated_at BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- document_url is an object key, not a public address: a short-lived signed link is made per request and logged.
CREATE TABLE kyc_documents (
    id               UUID PRIMARY KEY,
    user_id          UUID NOT NULL REFERENCES users (id),
    document_type    kyc_document_type NOT NULL,
    document_url     TEXT NOT NULL,
    status           kyc_document_status NOT NULL DEFAULT 'pending',
    verified_by      UUID REFERENCES users (id),
    verified_at      TIMESTAMPTZ,
    rejection_reason TEXT,
    uploaded_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at       TIMESTAMPTZ,
    CONSTRAINT kyc_documents_approval_signed CHECK (status <> 'approved' OR (verified_by IS NOT NULL AND verified_at IS NOT NULL)),
    CONSTRAINT kyc_documents_rejection_explained CHECK (status <> 'rejected' OR rejection_reason IS NOT NULL),
    CONSTRAINT kyc_documents_reviewer_is_not_subject CHECK (verified_by <> user_id)
);
CREATE INDEX kyc_documents_user_id_idx ON kyc_documents (user_id, uploaded_at DESC, id DESC);
CREATE INDEX kyc_documents_verified_by_idx ON kyc_documents (verified_by);
CREATE INDEX kyc_documents_status_idx ON kyc_documents (status, uploaded_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX kyc_documents_uploaded_at_idx ON kyc_documents (uploaded_at DESC, id DESC) WHERE deleted_at IS NULL;

-- One row per refresh token. Rotating keeps the family: a token shown twice ends all of it.
CREATE TABLE sessions (
    id             UUID PRIMARY KEY,
    user_id        UUID NOT NULL REFERENCES users (id),
    family_id      UUID NOT NULL,
    refresh_hash   BYTEA NOT NULL UNIQUE,
    created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_used_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at     TIMESTAMPTZ NOT NULL,
    rotated_at     TIMESTAMPTZ,
    revoked_at     TIMESTAMPTZ,
    revoked_reason VARCHAR(50),
    user_agent     VARCHAR(255),
    ip             VARCHAR(45),                        -- as text: long enough for IPv6 with an IPv4 tail
    CONSTRAINT sessions_expire_after_start CHECK (expires_at > created_at),
    CONSTRAINT sessions_reason_means_revoked CHECK (revoked_reason IS NULL OR revoked_at IS NOT NULL)
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, last_used_at DESC, id DESC);
CREATE INDEX sessions_family_id_idx ON sessions (family_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- Throttling of sign-in by account and by address. The key is a keyed hash, so the table names nobody.
CREATE TABLE login_attempts (
    key           BYTEA PRIMARY KEY,
    failures      INTEGER NOT NULL DEFAULT 0,
    blocked_until TIMESTAMPTZ,
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT login_attempts_failures_not_negative CHECK (failures >= 0)
);
CREATE INDEX login_attempts_updated_at_idx ON login_attempts (updated_at);
CREATE TRIGGER login_attempts_updated_at BEFORE UPDATE ON login_attempts FOR EACH ROW EXECUTE FUNCTION set_updated_at();
