-- Changes of the service of an eSIM: suspend, resume, cancel and refresh. A row is written before the provider is called, so
-- that a crash or a missing answer leaves an operation whose outcome is looked up, and never an eSIM in an assumed state.
CREATE TYPE esim_operation_kind AS ENUM ('suspend', 'resume', 'cancel', 'refresh');
-- 'scheduled': the provider makes the change later. 'refused': nothing was changed. 'failed': the outcome is not known.
CREATE TYPE esim_operation_status AS ENUM ('queued', 'running', 'scheduled', 'succeeded', 'refused', 'failed');

-- esim_id is NULL in a row of a bulk request whose ICCID no eSIM has: every row of the request has its result here.
CREATE TABLE esim_operations (
    id              UUID PRIMARY KEY,
    batch_id        UUID NOT NULL,
    esim_id         UUID REFERENCES esims (id),
    iccid           VARCHAR(40) NOT NULL,
    provider_id     UUID REFERENCES data_providers (id),
    kind            esim_operation_kind NOT NULL,
    status          esim_operation_status NOT NULL DEFAULT 'queued',
    requested_by    UUID REFERENCES users (id),
    client_id       UUID REFERENCES api_clients (id),
    reason          TEXT,                              -- sealed
    error           TEXT,
    note            TEXT,
    provider_ref    VARCHAR(200),
    sent_at         TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ,                       -- when an open operation is looked at again
    finished_at     TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT esim_operations_finished_has_time CHECK ((status IN ('succeeded', 'refused', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT esim_operations_unknown_esim_is_refused CHECK (esim_id IS NOT NULL OR status = 'refused')
);
-- One open change per eSIM, and one open refresh.
CREATE UNIQUE INDEX esim_operations_one_open_change ON esim_operations (esim_id)
    WHERE kind <> 'refresh' AND status IN ('queued', 'running', 'scheduled');
CREATE UNIQUE INDEX esim_operations_one_open_refresh ON esim_operations (esim_id)
    WHERE kind = 'refresh' AND status IN ('queued', 'running', 'scheduled');
CREATE INDEX esim_operations_created_at_idx ON esim_operations (created_at DESC, id DESC);
CREATE INDEX esim_operations_batch_id_idx ON esim_operations (batch_id, created_at DESC, id DESC);
CREATE INDEX esim_operations_esim_id_idx ON esim_operations (esim_id, created_at DESC, id DESC);
CREATE INDEX esim_operations_status_idx ON esim_operations (status, created_at DESC, id DESC);
CREATE INDEX esim_operations_provider_id_idx ON esim_operations (provider_id, created_at DESC, id DESC);
CREATE INDEX esim_operations_requested_by_idx ON esim_operations (requested_by);
CREATE INDEX esim_operations_client_id_idx ON esim_operations (client_id);
CREATE INDEX esim_operations_next_attempt_at_idx ON esim_operations (next_attempt_at) WHERE status IN ('queued', 'running', 'scheduled');
CREATE TRIGGER esim_operations_updated_at BEFORE UPDATE ON esim_operations FOR EACH ROW EXECUTE FUNCTION set_updated_at();
