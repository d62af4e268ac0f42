-- What a provider page needs: which credentials are set, the key that was replaced, the address of its webhooks, and when
-- its catalog is read.
ALTER TABLE data_providers
    ADD COLUMN is_sandbox                     BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN api_key_last4                  VARCHAR(4),       -- NULL for a key that is too short to show four characters
    ADD COLUMN credential_names               TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN previous_key_encrypted         TEXT,             -- still accepted in signatures of webhooks
    ADD COLUMN previous_credentials_encrypted TEXT,
    ADD COLUMN previous_until                 TIMESTAMPTZ,
    ADD COLUMN low_balance_threshold          NUMERIC(12, 2),   -- in the currency of the balance
    ADD COLUMN sync_interval_hours            INTEGER,          -- NULL = the catalog is read on demand only
    ADD COLUMN webhook_token                  VARCHAR(64) NOT NULL
        DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    ADD CONSTRAINT data_providers_threshold_not_negative CHECK (low_balance_threshold >= 0),
    ADD CONSTRAINT data_providers_sync_interval_in_range CHECK (sync_interval_hours BETWEEN 1 AND 720),
    ADD CONSTRAINT data_providers_previous_ends CHECK (previous_key_encrypted IS NULL OR previous_until IS NOT NULL);

-- The last balance that each provider has reported.
CREATE TABLE provider_balances (
    provider_id UUID PRIMARY KEY REFERENCES data_providers (id),
    amount      NUMERIC(14, 2) NOT NULL,
    currency    VARCHAR(3) NOT NULL,
    is_low      BOOLEAN NOT NULL DEFAULT false,
    low_since   TIMESTAMPTZ,
    read_at     TIMESTAMPTZ NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT provider_balances_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT provider_balances_low_has_time CHECK (is_low = (low_since IS NOT NULL))
);
CREATE TRIGGER provider_balances_updated_at BEFORE UPDATE ON provider_balances FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- An account in OAuth2 mode has no auth token. The last characters tell the secrets apart that nobody can read.
ALTER TABLE twilio_config
    ALTER COLUMN auth_token_encrypted DROP NOT NULL,
    ADD COLUMN auth_token_last4                  VARCHAR(4),
    ADD COLUMN api_secret_last4                  VARCHAR(4),
    ADD COLUMN webhook_secret_last4              VARCHAR(4),
    ADD COLUMN previous_auth_token_encrypted     TEXT,
    ADD COLUMN previous_webhook_secret_encrypted TEXT,
    ADD COLUMN previous_until                    TIMESTAMPTZ,
    ADD CONSTRAINT twilio_config_previous_ends CHECK (
        (previous_auth_token_encrypted IS NULL AND previous_webhook_secret_encrypted IS NULL) OR previous_until IS NOT NULL);
