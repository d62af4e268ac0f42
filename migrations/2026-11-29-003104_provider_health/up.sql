-- Requests to providers that are asked again, sent again or checked late; the decision of the router; the health of each
-- provider; the switch that stops new requests to one.

-- ended_at: when the call ended without an outcome. missing_since: when the provider first answered that it has no such order.
-- resend_at: the provider certainly did nothing, and the request is sent again with its reference from this time on.
-- check_at: when the provider is asked again about an abandoned request. pool_gb: what the request reserves of the pool.
ALTER TABLE provisioning_attempts
    ADD COLUMN ended_at TIMESTAMPTZ,
    ADD COLUMN missing_since TIMESTAMPTZ,
    ADD COLUMN resend_at TIMESTAMPTZ,
    ADD COLUMN sends INTEGER NOT NULL DEFAULT 1,
    ADD COLUMN check_at TIMESTAMPTZ,
    ADD COLUMN checks INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN pool_gb NUMERIC(13, 3),
    ADD COLUMN routing JSONB,
    ADD CONSTRAINT provisioning_attempts_counts_not_negative CHECK (sends >= 1 AND checks >= 0),
    ADD CONSTRAINT provisioning_attempts_pool_not_negative CHECK (pool_gb >= 0);
CREATE INDEX provisioning_attempts_check_at_idx ON provisioning_attempts (check_at) WHERE check_at IS NOT NULL;

-- The decision of the router that found no provider, or had to wait.
ALTER TABLE provisioning_jobs ADD COLUMN routing JSONB;

-- An eSIM of a few megabytes is a thousandth of a gigabyte.
ALTER TABLE data_providers
    ALTER COLUMN available_data_gb TYPE NUMERIC(13, 3),
    ADD COLUMN paused_at TIMESTAMPTZ,
    ADD COLUMN pause_reason VARCHAR(500),
    ADD CONSTRAINT data_providers_pause_has_reason CHECK ((paused_at IS NULL) = (pause_reason IS NULL));

-- What the last calls of all processes to a provider say. failures: failed orders in a row. The circuit is open while
-- open_until is in the future; then one process may send an order as a probe until probe_until.
CREATE TABLE provider_health (
    provider_id     UUID PRIMARY KEY REFERENCES data_providers (id),
    failures        INTEGER NOT NULL DEFAULT 0,
    opened_at       TIMESTAMPTZ,
    open_until      TIMESTAMPTZ,
    probe_until     TIMESTAMPTZ,
    recovered_at    TIMESTAMPTZ,
    last_success_at TIMESTAMPTZ,
    last_error_at   TIMESTAMPTZ,
    last_error      VARCHAR(500),
    -- The newest calls first, 200 at most.
    durations_ms    INTEGER[] NOT NULL DEFAULT '{}',
    outcomes        BOOLEAN[] NOT NULL DEFAULT '{}',
    updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT provider_health_failures_not_negative CHECK (failures >= 0),
    CONSTRAINT provider_health_open_has_start CHECK ((opened_at IS NULL) = (open_until IS NULL))
);
CREATE TRIGGER provider_health_updated_at BEFORE UPDATE ON provider_health FOR EACH ROW EXECUTE FUNCTION set_updated_at();
