-- Platform: jobs, idempotency_keys, audit_log, pii_access_log.

CREATE TYPE job_status AS ENUM ('queued', 'running', 'done', 'dead');

-- The queue. A job is inserted in the transaction that makes it necessary, and claimed with SKIP LOCKED under a
-- lease: when a worker dies, the lease runs out and another takes over.
CREATE TABLE jobs (
    id           UUID PRIMARY KEY,
    kind         VARCHAR(60) NOT NULL,
    payload      JSONB NOT NULL DEFAULT '{}',
    status       job_status NOT NULL DEFAULT 'queued',
    attempts     INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 12,
    run_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    lease_until  TIMESTAMPTZ,
    last_error   TEXT,
    unique_key   VARCHAR(200),
    request_id   VARCHAR(64),
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    finished_at  TIMESTAMPTZ,
    CONSTRAINT jobs_attempts_not_negative CHECK (attempts >= 0 AND max_attempts >= 1),
    CONSTRAINT jobs_running_has_lease CHECK (status <> 'running' OR lease_until IS NOT NULL),
    CONSTRAINT jobs_finished_has_a_time CHECK (status NOT IN ('done', 'dead') OR finished_at IS NOT NULL)
);
-- A key is free again when its job has finished.
CREATE UNIQUE INDEX jobs_unique_key_key ON jobs (unique_key) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_run_at_idx ON jobs (run_at) WHERE status = 'queued';
CREATE INDEX jobs_lease_until_idx ON jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_status_idx ON jobs (status, created_at DESC, id DESC);
CREATE INDEX jobs_finished_at_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL;

-- Wakes the workers when the inserting transaction commits.
CREATE FUNCTION jobs_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('jobs', '');
    RETURN NULL;
END $$;
CREATE TRIGGER jobs_notify AFTER INSERT ON jobs FOR EACH STATEMENT EXECUTE FUNCTION jobs_notify();

-- The first answer to a write, kept so that a repeated call gets the same one, byte for byte (hence BYTEA: JSONB
-- would reorder it). status is NULL while the first call runs. No foreign key on the caller: an integrator's
-- client may become a caller as well as a user.
CREATE TABLE idempotency_keys (
    caller_id    UUID NOT NULL,
    route        VARCHAR(100) NOT NULL,
    key          VARCHAR(255) NOT NULL,
    request_hash BYTEA NOT NULL,
    status       INTEGER,
    body         BYTEA,
    location     TEXT,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (caller_id, route, key),
    CONSTRAINT idempotency_keys_status_is_http CHECK (status BETWEEN 100 AND 599)
);
CREATE INDEX idempotency_keys_expires_at_idx ON idempotency_keys (expires_at);

-- Who did what to which row. No foreign keys: the record outlives what it speaks of. By month, because retention
-- drops whole months.
CREATE TABLE audit_log (
    id           UUID NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    actor_id     UUID,                                 -- NULL = the system itself
    actor_role   user_role,
    action       VARCHAR(60) NOT NULL,
    subject_type VARCHAR(60) NOT NULL,
    subject_id   UUID,
    change       JSONB,
    reason       TEXT,
    request_id   VARCHAR(64),
    ip           VARCHAR(45),
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX audit_log_subject_idx ON audit_log (subject_type, subject_id, created_at DESC);
CREATE INDEX audit_log_actor_id_idx ON audit_log (actor_id, created_at DESC);
CREATE INDEX audit_log_action_idx ON audit_log (action, created_at DESC);
CREATE INDEX audit_log_created_at_idx ON audit_log (created_at DESC, id DESC);
CREATE TRIGGER audit_log_written_once BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_update();

SELECT ensure_first_partitions('audit_log');

-- Who looked at which piece of personal data in plain. No foreign keys, for the same reason.
CREATE TABLE pii_access_log (
    id           UUID PRIMARY KEY,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    actor_id     UUID,
    subject_type VARCHAR(60) NOT NULL,
    subject_id   UUID NOT NULL,
    field        VARCHAR(60) NOT NULL,
    reason       TEXT,
    request_id   VARCHAR(64),
    ip           VARCHAR(45)
);
CREATE INDEX pii_access_log_subject_idx ON pii_access_log (subject_type, subject_id, created_at DESC);
CREATE INDEX pii_access_log_actor_id_idx ON pii_access_log (actor_id, created_at DESC);
CREATE INDEX pii_access_log_created_at_idx ON pii_access_log (created_at DESC, id DESC);
CREATE TRIGGER pii_access_log_written_once BEFORE UPDATE ON pii_access_log FOR EACH ROW EXECUTE FUNCTION refuse_update();
