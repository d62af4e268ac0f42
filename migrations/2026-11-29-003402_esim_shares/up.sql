-- Links that show the QR code of an eSIM to a person without an account. The token and the access code are returned once;
-- only their hashes are stored.
CREATE TABLE esim_shares (
    id              UUID PRIMARY KEY,
    esim_id         UUID NOT NULL REFERENCES esims (id),
    token_hash      BYTEA NOT NULL UNIQUE,
    code_hash       BYTEA NOT NULL,
    failed_attempts INTEGER NOT NULL DEFAULT 0,
    views           INTEGER NOT NULL DEFAULT 0,
    last_viewed_at  TIMESTAMPTZ,
    created_by      UUID REFERENCES users (id),
    client_id       UUID REFERENCES api_clients (id),
    expires_at      TIMESTAMPTZ NOT NULL,
    revoked_at      TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT esim_shares_counts_not_negative CHECK (failed_attempts >= 0 AND views >= 0),
    CONSTRAINT esim_shares_expire_after_creation CHECK (expires_at > created_at)
);
CREATE INDEX esim_shares_esim_id_idx ON esim_shares (esim_id, created_at DESC, id DESC);
CREATE INDEX esim_shares_created_by_idx ON esim_shares (created_by);
CREATE INDEX esim_shares_client_id_idx ON esim_shares (client_id);
