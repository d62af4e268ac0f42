-- Calls to a provider that a person or the schedule requests: a test of the connection, the balance, the catalog, the
-- eSIMs. The panel polls the row for the progress and the outcome.
CREATE TYPE provider_run_kind AS ENUM ('test', 'balance', 'catalog', 'esims');
CREATE TYPE provider_run_status AS ENUM ('queued', 'running', 'succeeded', 'failed');

CREATE TABLE provider_runs (
    id               UUID PRIMARY KEY,
    provider_id      UUID REFERENCES data_providers (id),
    twilio_config_id UUID REFERENCES twilio_config (id),
    kind             provider_run_kind NOT NULL,
    status           provider_run_status NOT NULL DEFAULT 'queued',
    message          VARCHAR(500),
    duration_ms      INTEGER,
    pages            INTEGER NOT NULL DEFAULT 0,       -- what was read so far
    items            INTEGER NOT NULL DEFAULT 0,
    added            INTEGER NOT NULL DEFAULT 0,       -- what differs from the rows here
    changed          INTEGER NOT NULL DEFAULT 0,
    conflicts        JSONB NOT NULL DEFAULT '[]',
    price_list_id    UUID REFERENCES price_list_syncs (id),
    requested_by     UUID REFERENCES users (id),       -- NULL = the schedule, or a webhook
    started_at       TIMESTAMPTZ,
    finished_at      TIMESTAMPTZ,
    version          INTEGER NOT NULL DEFAULT 1,
    created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT provider_runs_has_one_account CHECK ((provider_id IS NULL) <> (twilio_config_id IS NULL)),
    CONSTRAINT provider_runs_counts_not_negative CHECK (pages >= 0 AND items >= 0 AND added >= 0 AND changed >= 0 AND duration_ms >= 0),
    CONSTRAINT provider_runs_finished_has_time CHECK ((status IN ('succeeded', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX provider_runs_created_at_idx ON provider_runs (created_at DESC, id DESC);
CREATE INDEX provider_runs_provider_id_idx ON provider_runs (provider_id, kind, created_at DESC, id DESC);
CREATE INDEX provider_runs_twilio_config_id_idx ON provider_runs (twilio_config_id, kind, created_at DESC, id DESC);
CREATE INDEX provider_runs_price_list_id_idx ON provider_runs (price_list_id);
CREATE INDEX provider_runs_requested_by_idx ON provider_runs (requested_by);
-- Two requests at once are one run.
CREATE UNIQUE INDEX provider_runs_open_key ON provider_runs (COALESCE(provider_id, twilio_config_id), kind) WHERE status IN ('queued', 'running');
CREATE TRIGGER provider_runs_updated_at BEFORE UPDATE ON provider_runs FOR EACH ROW EXECUTE FUNCTION set_updated_at();
