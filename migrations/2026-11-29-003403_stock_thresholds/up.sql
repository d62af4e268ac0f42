-- The minimum stock of a plan, of one provider or of all. low_since is set when the stock falls below it, so that each
-- crossing is reported once.
CREATE TABLE stock_thresholds (
    id          UUID PRIMARY KEY,
    plan_id     UUID NOT NULL REFERENCES plans (id),
    provider_id UUID REFERENCES data_providers (id),
    minimum     INTEGER NOT NULL,
    low_since   TIMESTAMPTZ,
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT stock_thresholds_plan_provider_key UNIQUE NULLS NOT DISTINCT (plan_id, provider_id),
    CONSTRAINT stock_thresholds_minimum_in_range CHECK (minimum BETWEEN 1 AND 1000000)
);
CREATE INDEX stock_thresholds_provider_id_idx ON stock_thresholds (provider_id);
CREATE INDEX stock_thresholds_created_at_idx ON stock_thresholds (created_at DESC, id DESC);
CREATE TRIGGER stock_thresholds_updated_at BEFORE UPDATE ON stock_thresholds FOR EACH ROW EXECUTE FUNCTION set_updated_at();
-- The sales from the stock, by which the days of cover are estimated.
CREATE INDEX provisioning_jobs_from_stock_idx ON provisioning_jobs (updated_at) WHERE status = 'succeeded' AND source = 'stock';
