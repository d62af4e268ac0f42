-- eSIMs: esims, esim_state_history, esim_data_usage.

CREATE TYPE esim_status AS ENUM ('available', 'active', 'suspended', 'expired', 'cancelled');
-- The life of the profile on the device, told by the supplier. It moves beside the five statuses, not instead of them.
CREATE TYPE profile_state AS ENUM ('reserving', 'released', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted', 'error');
-- The check digit of the ICCID. Some suppliers drop it and some get it wrong: a warning, never a refusal.
CREATE TYPE iccid_check AS ENUM ('ok', 'mismatch', 'missing');

-- activation_code is a bearer secret and may be longer than the design's 100 characters, so it is sealed, and
-- matching_id, its secret part, with it. qr_code_url is the address of our own authenticated route, which draws
-- the picture itself: a hosted one would leak the code.
-- plan_id is the plan of the current bundle; the orders that touched an eSIM are found through esim_bundles.
CREATE TABLE esims (
    id                         UUID PRIMARY KEY,
    iccid                      VARCHAR(22) NOT NULL UNIQUE,
    iccid_check                iccid_check NOT NULL,
    eid                        VARCHAR(32),
    user_id                    UUID REFERENCES users (id),
    plan_id                    UUID REFERENCES plans (id),
    provider_id                UUID REFERENCES data_providers (id),
    provider_ref               VARCHAR(100),
    twilio_sid                 VARCHAR(100) UNIQUE,
    status                     esim_status NOT NULL,
    profile_state              profile_state NOT NULL DEFAULT 'released',
    activation_code            BYTEA,
    matching_id                BYTEA,
    smdp_address               VARCHAR(255),
    confirmation_code_required BOOLEAN NOT NULL DEFAULT false,
    qr_code_url                TEXT,
    assigned_at                TIMESTAMPTZ,
    installed_at               TIMESTAMPTZ,
    activated_at               TIMESTAMPTZ,
    expires_at                 TIMESTAMPTZ,
    version                    INTEGER NOT NULL DEFAULT 1,
    created_at                 TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at                 TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at                 TIMESTAMPTZ,
    CONSTRAINT esims_provider_ref_key UNIQUE (provider_id, provider_ref),
    CONSTRAINT esims_iccid_is_digits CHECK (iccid ~ '^[0-9]{18,22}$'),
    CONSTRAINT esims_eid_is_digits CHECK (eid ~ '^[0-9]{32}$'),
    CONSTRAINT esims_active_has_user CHECK (status <> 'active' OR user_id IS NOT NULL),
    CONSTRAINT esims_ref_has_provider CHECK (provider_ref IS NULL OR provider_id IS NOT NULL),
    CONSTRAINT esims_expire_after_activation CHECK (expires_at > activated_at)
);
CREATE INDEX esims_user_id_idx ON esims (user_id, created_at DESC, id DESC);
CREATE INDEX esims_plan_id_idx ON esims (plan_id, created_at DESC, id DESC);
CREATE INDEX esims_status_idx ON esims (status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX esims_created_at_idx ON esims (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX esims_expires_at_idx ON esims (expires_at) WHERE status = 'active' AND deleted_at IS NULL;
CREATE INDEX esims_iccid_search_idx ON esims USING gin (iccid gin_trgm_ops);
-- What the list's search asks for: how a number begins, or a whole reference.
CREATE INDEX esims_iccid_begins_idx ON esims (iccid text_pattern_ops);
CREATE INDEX esims_eid_begins_idx ON esims (eid text_pattern_ops);
CREATE INDEX esims_provider_ref_idx ON esims (provider_ref);
-- Stock, oldest first: what a sale takes from, with SKIP LOCKED.
CREATE INDEX esims_stock_idx ON esims (plan_id, created_at, id)
    WHERE status = 'available' AND user_id IS NULL AND deleted_at IS NULL;
CREATE TRIGGER esims_updated_at BEFORE UPDATE ON esims FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- How an eSIM came to be what it is. The first row of each has no "from".
CREATE TABLE esim_state_history (
    id                 UUID PRIMARY KEY,
    esim_id            UUID NOT NULL REFERENCES esims (id),
    from_status        esim_status,
    to_status          esim_status NOT NULL,
    from_profile_state profile_state,
    to_profile_state   profile_state NOT NULL,
    reason             TEXT,
    actor_id           UUID REFERENCES users (id),
    source             VARCHAR(30) NOT NULL,
    created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT esim_state_history_known_source CHECK (source IN ('import', 'order', 'admin', 'provider'))
);
CREATE INDEX esim_state_history_esim_id_idx ON esim_state_history (esim_id, created_at DESC, id DESC);
CREATE INDEX esim_state_history_actor_id_idx ON esim_state_history (actor_id);
CREATE TRIGGER esim_state_history_written_once BEFORE UPDATE ON esim_state_history FOR EACH ROW EXECUTE FUNCTION refuse_update();

-- One cumulative row per eSIM and period, only ever growing: a lower reading is flagged by the reader, and
-- refused here. The truth is in bytes; the megabyte columns are computed (1 MB = 1,000,000 bytes) and wide
-- enough for any count of bytes. A provider's own unit is converted in its adapter.
-- By month, because retention drops whole months.
CREATE TABLE esim_data_usage (
    id            UUID NOT NULL,
    esim_id       UUID NOT NULL REFERENCES esims (id),
    used_bytes    BIGINT NOT NULL DEFAULT 0,
    limit_bytes   BIGINT,                              -- NULL = unlimited
    data_used_mb  NUMERIC(15, 2) NOT NULL GENERATED ALWAYS AS (round(used_bytes / 1000000.0, 2)) STORED,
    data_limit_mb NUMERIC(15, 2) GENERATED ALWAYS AS (round(limit_bytes / 1000000.0, 2)) STORED,
    voice_minutes INTEGER NOT NULL DEFAULT 0,
    sms_count     INTEGER NOT NULL DEFAULT 0,
    period_start  TIMESTAMPTZ NOT NULL,
    period_end    TIMESTAMPTZ NOT NULL,
    recorded_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, period_start),
    CONSTRAINT esim_data_usage_period_key UNIQUE (esim_id, period_start, period_end),
    CONSTRAINT esim_data_usage_not_negative CHECK (used_bytes >= 0 AND limit_bytes >= 0 AND voice_minutes >= 0 AND sms_count >= 0),
    CONSTRAINT esim_data_usage_period_runs_forward CHECK (period_end > period_start)
) PARTITION BY RANGE (period_start);
CREATE INDEX esim_data_usage_period_start_idx ON esim_data_usage (period_start DESC, id DESC);
CREATE INDEX esim_data_usage_period_end_idx ON esim_data_usage (period_end);
CREATE INDEX esim_data_usage_recorded_at_idx ON esim_data_usage (recorded_at DESC, id DESC);

CREATE FUNCTION esim_data_usage_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.used_bytes < OLD.used_bytes OR NEW.voice_minutes < OLD.voice_minutes OR NEW.sms_count < OLD.sms_count THEN
        RAISE EXCEPTION 'usage of a period never shrinks'
            USING ERRCODE = 'check_violation', TABLE = 'esim_data_usage', CONSTRAINT = 'esim_data_usage_only_grows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER esim_data_usage_only_grows BEFORE UPDATE ON esim_data_usage FOR EACH ROW EXECUTE FUNCTION esim_data_usage_only_grows();

SELECT ensure_first_partitions('esim_data_usage');
