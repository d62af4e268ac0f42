-- Integrations: twilio_config, data_providers, plan_provider_offers.
-- Before esims and billing, because an eSIM names its provider. What a provider did for an order is in `provisioning`.

-- The adapters that exist in code. A release that brings a new one adds its name first, in a migration of its own.
CREATE TYPE provider_adapter AS ENUM ('simulator');
CREATE TYPE twilio_auth_mode AS ENUM ('basic', 'oauth2_client_credentials');

-- At most one row is in force. The hosts are a column because the service moved: KORE's for a new row, the
-- older ones can still be chosen.
CREATE TABLE twilio_config (
    id                       UUID PRIMARY KEY,
    account_sid              VARCHAR(100) NOT NULL,
    auth_token_encrypted     TEXT NOT NULL,
    api_key                  VARCHAR(100),
    api_secret_encrypted     TEXT,
    webhook_url              TEXT,
    webhook_secret_encrypted TEXT,
    api_base_url             TEXT NOT NULL DEFAULT 'https://supersim.api.korewireless.com',
    auth_mode                twilio_auth_mode NOT NULL DEFAULT 'oauth2_client_credentials',
    is_active                BOOLEAN NOT NULL DEFAULT true,
    last_sync_at             TIMESTAMPTZ,
    version                  INTEGER NOT NULL DEFAULT 1,
    created_at               TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at               TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at               TIMESTAMPTZ
);
CREATE UNIQUE INDEX twilio_config_account_sid_key ON twilio_config (account_sid) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX twilio_config_one_active ON twilio_config (is_active) WHERE is_active AND deleted_at IS NULL;
CREATE INDEX twilio_config_created_at_idx ON twilio_config (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER twilio_config_updated_at BEFORE UPDATE ON twilio_config FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- adapter names the code that speaks to the provider; credentials_encrypted seals whatever it needs beside its key.
CREATE TABLE data_providers (
    id                    UUID PRIMARY KEY,
    name                  VARCHAR(100) NOT NULL,
    adapter               provider_adapter NOT NULL,
    api_endpoint          TEXT NOT NULL,
    api_key_encrypted     TEXT NOT NULL,
    credentials_encrypted TEXT,
    provider_type         VARCHAR(50),
    priority              INTEGER NOT NULL DEFAULT 1,  -- 1 is asked first
    is_active             BOOLEAN NOT NULL DEFAULT true,
    available_data_gb     NUMERIC(10, 2),              -- 1 GB = 1,000 MB; NULL = no pool to count down
    cost_per_gb           NUMERIC(10, 2),
    currency              VARCHAR(3) NOT NULL DEFAULT 'USD',
    version               INTEGER NOT NULL DEFAULT 1,
    created_at            TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at            TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at            TIMESTAMPTZ,
    CONSTRAINT data_providers_priority_positive CHECK (priority >= 1),
    CONSTRAINT data_providers_pool_not_negative CHECK (available_data_gb >= 0),
    CONSTRAINT data_providers_cost_not_negative CHECK (cost_per_gb >= 0),
    CONSTRAINT data_providers_currency_is_code CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX data_providers_is_active_idx ON data_providers (is_active, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX data_providers_priority_idx ON data_providers (priority, id) WHERE deleted_at IS NULL;
CREATE INDEX data_providers_created_at_idx ON data_providers (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER data_providers_updated_at BEFORE UPDATE ON data_providers FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- What a provider sells that fulfils one of our plans, and at what cost. The router orders offers by priority, then cost.
CREATE TABLE plan_provider_offers (
    id             UUID PRIMARY KEY,
    plan_id        UUID NOT NULL REFERENCES plans (id),
    provider_id    UUID NOT NULL REFERENCES data_providers (id),
    sku            VARCHAR(100) NOT NULL,              -- the provider's own name for it
    cost           NUMERIC(10, 2) NOT NULL,
    currency       VARCHAR(3) NOT NULL,
    priority       INTEGER NOT NULL DEFAULT 1,
    is_active      BOOLEAN NOT NULL DEFAULT true,
    last_synced_at TIMESTAMPTZ,
    created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT plan_provider_offers_provider_sku_key UNIQUE (provider_id, sku),
    CONSTRAINT plan_provider_offers_cost_not_negative CHECK (cost >= 0),
    CONSTRAINT plan_provider_offers_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT plan_provider_offers_priority_positive CHECK (priority >= 1)
);
CREATE INDEX plan_provider_offers_plan_id_idx ON plan_provider_offers (plan_id, is_active, priority, cost);
CREATE TRIGGER plan_provider_offers_updated_at BEFORE UPDATE ON plan_provider_offers FOR EACH ROW EXECUTE FUNCTION set_updated_at();
