-- What a paid order sets in motion: esim_bundles, provisioning_jobs, provisioning_attempts, data_allocations,
-- and webhook_receipts, by which the outside answers. After billing, because all of it hangs on an order.

CREATE TYPE bundle_status AS ENUM ('queued', 'active', 'depleted', 'expired', 'cancelled');
CREATE TYPE provisioning_status AS ENUM ('queued', 'running', 'waiting', 'succeeded', 'failed', 'needs_review');
-- `unknown` is a state, not a failure: the call went out and its answer did not come back.
CREATE TYPE attempt_status AS ENUM ('sent', 'succeeded', 'refused', 'unknown', 'abandoned');
CREATE TYPE allocation_status AS ENUM ('reserved', 'active', 'released', 'reversed');
CREATE TYPE receipt_status AS ENUM ('received', 'applied', 'ignored', 'rejected', 'failed');

-- One per ordered unit. The two unique keys are what makes "never twice" true: not two bundles for a unit, and
-- not one eSIM for two units of an order.
CREATE TABLE esim_bundles (
    id           UUID PRIMARY KEY,
    order_id     UUID NOT NULL REFERENCES orders (id),
    unit_no      INTEGER NOT NULL,
    esim_id      UUID REFERENCES esims (id),
    plan_id      UUID NOT NULL REFERENCES plans (id),
    provider_id  UUID REFERENCES data_providers (id),
    provider_ref VARCHAR(100),
    status       bundle_status NOT NULL DEFAULT 'queued',
    total_bytes  BIGINT,                               -- NULL = unlimited
    used_bytes   BIGINT NOT NULL DEFAULT 0,
    starts_at    TIMESTAMPTZ,
    expires_at   TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT esim_bundles_order_unit_key UNIQUE (order_id, unit_no),
    CONSTRAINT esim_bundles_esim_order_key UNIQUE (esim_id, order_id),
    CONSTRAINT esim_bundles_unit_positive CHECK (unit_no >= 1),
    CONSTRAINT esim_bundles_bytes_not_negative CHECK (total_bytes >= 0 AND used_bytes >= 0),
    CONSTRAINT esim_bundles_active_has_esim CHECK (status <> 'active' OR esim_id IS NOT NULL),
    CONSTRAINT esim_bundles_window_runs_forward CHECK (expires_at > starts_at)
);
CREATE INDEX esim_bundles_plan_id_idx ON esim_bundles (plan_id);
CREATE INDEX esim_bundles_provider_id_idx ON esim_bundles (provider_id, provider_ref);
CREATE INDEX esim_bundles_expires_at_idx ON esim_bundles (expires_at) WHERE status = 'active';

-- The work of finding an eSIM for one ordered unit, from stock or from a provider.
CREATE TABLE provisioning_jobs (
    id              UUID PRIMARY KEY,
    order_id        UUID NOT NULL REFERENCES orders (id),
    unit_no         INTEGER NOT NULL,
    status          provisioning_status NOT NULL DEFAULT 'queued',
    source          VARCHAR(20),
    esim_id         UUID REFERENCES esims (id),
    last_error      TEXT,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT provisioning_jobs_order_unit_key UNIQUE (order_id, unit_no),
    CONSTRAINT provisioning_jobs_unit_positive CHECK (unit_no >= 1),
    CONSTRAINT provisioning_jobs_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT provisioning_jobs_known_source CHECK (source IN ('stock', 'provider')),
    CONSTRAINT provisioning_jobs_success_has_esim CHECK (status <> 'succeeded' OR esim_id IS NOT NULL)
);
CREATE INDEX provisioning_jobs_status_idx ON provisioning_jobs (status, created_at DESC, id DESC);
CREATE INDEX provisioning_jobs_esim_id_idx ON provisioning_jobs (esim_id);
CREATE INDEX provisioning_jobs_created_at_idx ON provisioning_jobs (created_at DESC, id DESC);
CREATE INDEX provisioning_jobs_next_attempt_at_idx ON provisioning_jobs (next_attempt_at) WHERE status IN ('queued', 'waiting');
CREATE TRIGGER provisioning_jobs_updated_at BEFORE UPDATE ON provisioning_jobs FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- One call that may cost money. The row is written, with our own reference, before the call goes out: after a
-- crash the provider is asked by that reference before anything else happens.
CREATE TABLE provisioning_attempts (
    id                 UUID PRIMARY KEY,
    job_id             UUID NOT NULL REFERENCES provisioning_jobs (id),
    provider_id        UUID NOT NULL REFERENCES data_providers (id),
    offer_id           UUID REFERENCES plan_provider_offers (id),
    attempt_no         INTEGER NOT NULL,
    reference          VARCHAR(100) NOT NULL UNIQUE,
    status             attempt_status NOT NULL DEFAULT 'sent',
    provider_order_ref VARCHAR(100),
    cost               NUMERIC(10, 2),
    currency           VARCHAR(3),
    error              TEXT,
    sent_at            TIMESTAMPTZ NOT NULL DEFAULT now(),
    answered_at        TIMESTAMPTZ,
    CONSTRAINT provisioning_attempts_job_no_key UNIQUE (job_id, attempt_no),
    CONSTRAINT provisioning_attempts_no_positive CHECK (attempt_no >= 1),
    CONSTRAINT provisioning_attempts_cost_not_negative CHECK (cost >= 0),
    CONSTRAINT provisioning_attempts_cost_has_currency CHECK (cost IS NULL OR currency IS NOT NULL),
    CONSTRAINT provisioning_attempts_currency_is_code CHECK (currency ~ '^[A-Z]{3}$')
);
-- At most one attempt whose outcome is open: the next provider is asked only when this one has answered.
CREATE UNIQUE INDEX provisioning_attempts_one_live_per_job ON provisioning_attempts (job_id) WHERE status IN ('sent', 'unknown');
CREATE INDEX provisioning_attempts_provider_id_idx ON provisioning_attempts (provider_id, sent_at DESC, id DESC);
CREATE INDEX provisioning_attempts_offer_id_idx ON provisioning_attempts (offer_id);
CREATE INDEX provisioning_attempts_open_idx ON provisioning_attempts (sent_at) WHERE status IN ('sent', 'unknown');

-- Data bought from a provider. esim_id is NULL while the data is only reserved and the ICCID is not known yet.
-- used_mb may pass allocated_mb: an overage is a fact to show, not a row to refuse.
CREATE TABLE data_allocations (
    id                  UUID PRIMARY KEY,
    esim_id             UUID REFERENCES esims (id),
    provider_id         UUID NOT NULL REFERENCES data_providers (id),
    provisioning_job_id UUID REFERENCES provisioning_jobs (id),
    status              allocation_status NOT NULL DEFAULT 'reserved',
    provider_order_ref  VARCHAR(100) UNIQUE,
    allocated_mb        NUMERIC(10, 2) NOT NULL,       -- 1 MB = 1,000,000 bytes
    used_mb             NUMERIC(10, 2) NOT NULL DEFAULT 0,
    cost                NUMERIC(10, 2) NOT NULL,
    currency            VARCHAR(3) NOT NULL DEFAULT 'USD',
    allocated_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT data_allocations_amounts_not_negative CHECK (allocated_mb >= 0 AND used_mb >= 0 AND cost >= 0),
    CONSTRAINT data_allocations_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT data_allocations_active_has_esim CHECK (status <> 'active' OR esim_id IS NOT NULL)
);
CREATE INDEX data_allocations_esim_id_idx ON data_allocations (esim_id, allocated_at DESC, id DESC);
CREATE INDEX data_allocations_provider_id_idx ON data_allocations (provider_id, allocated_at DESC, id DESC);
CREATE INDEX data_allocations_provisioning_job_id_idx ON data_allocations (provisioning_job_id);
CREATE INDEX data_allocations_allocated_at_idx ON data_allocations (allocated_at DESC, id DESC);
CREATE INDEX data_allocations_status_idx ON data_allocations (status, allocated_at DESC, id DESC);

-- Every notice that arrived, believed or not. Only those with a good signature are unique by event: anyone can
-- send a forged one with a real event's id, and it must not keep the real one out. A forged one may have no
-- readable id at all. body is trimmed to what settling needs; personal data does not stay.
CREATE TABLE webhook_receipts (
    id             UUID PRIMARY KEY,
    source         VARCHAR(30) NOT NULL,
    event_id       VARCHAR(255),
    event_type     VARCHAR(100),
    signature_ok   BOOLEAN NOT NULL,
    status         receipt_status NOT NULL DEFAULT 'received',
    body           JSONB,
    transaction_id UUID REFERENCES transactions (id),
    note           TEXT,
    received_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_at     TIMESTAMPTZ,
    CONSTRAINT webhook_receipts_believed_has_event CHECK (NOT signature_ok OR event_id IS NOT NULL),
    CONSTRAINT webhook_receipts_applied_is_believed CHECK (status <> 'applied' OR (signature_ok AND applied_at IS NOT NULL))
);
CREATE UNIQUE INDEX webhook_receipts_event_key ON webhook_receipts (source, event_id) WHERE signature_ok;
CREATE INDEX webhook_receipts_transaction_id_idx ON webhook_receipts (transaction_id);
CREATE INDEX webhook_receipts_status_idx ON webhook_receipts (status, received_at DESC, id DESC);
CREATE INDEX webhook_receipts_received_at_idx ON webhook_receipts (received_at DESC, id DESC);
