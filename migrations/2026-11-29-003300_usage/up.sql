-- Usage of eSIMs beside the cumulative rows of esim_data_usage: points for the forecast, days for the series, months,
-- anomalies, the events that were received, alerts, and one row per eSIM for the Data Usage Monitor.

-- Accepted readings of the last days: the total of the run of bundles at a time. The forecast needs three days of them;
-- usage_days keeps the rest.
CREATE TABLE usage_points (
    esim_id    UUID NOT NULL REFERENCES esims (id),
    bundle_id  UUID NOT NULL REFERENCES esim_bundles (id),  -- the first bundle of the run
    read_at    TIMESTAMPTZ NOT NULL,
    used_bytes BIGINT NOT NULL,
    PRIMARY KEY (esim_id, read_at),
    CONSTRAINT usage_points_not_negative CHECK (used_bytes >= 0)
);
CREATE INDEX usage_points_bundle_id_idx ON usage_points (bundle_id);
CREATE INDEX usage_points_read_at_idx ON usage_points (read_at);

-- The use of a day of the business zone, by the time of the readings that raised the counter. Country and network are
-- empty when the source does not name them.
CREATE TABLE usage_days (
    esim_id      UUID NOT NULL REFERENCES esims (id),
    day          DATE NOT NULL,
    country      VARCHAR(2) NOT NULL DEFAULT '',
    network      VARCHAR(20) NOT NULL DEFAULT '',
    used_bytes   BIGINT NOT NULL,
    is_rolled_up BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (esim_id, day, country, network),
    CONSTRAINT usage_days_not_negative CHECK (used_bytes >= 0),
    CONSTRAINT usage_days_country_is_code CHECK (country ~ '^([A-Z]{2})?$')
);
CREATE INDEX usage_days_open_idx ON usage_days (esim_id, day) WHERE NOT is_rolled_up;

-- The use of a calendar month of the business zone. Stays when the readings of the month are archived.
CREATE TABLE usage_monthly (
    esim_id      UUID NOT NULL REFERENCES esims (id),
    month        DATE NOT NULL,
    used_bytes   BIGINT NOT NULL,
    rolled_up_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (esim_id, month),
    CONSTRAINT usage_monthly_not_negative CHECK (used_bytes >= 0),
    CONSTRAINT usage_monthly_first_day CHECK (extract(day FROM month) = 1)
);
CREATE INDEX usage_monthly_month_idx ON usage_monthly (month, esim_id);

-- Readings below the stored counter. They change nothing else. A provider that repeats the same wrong reading adds one row.
CREATE TABLE usage_anomalies (
    id            UUID PRIMARY KEY,
    esim_id       UUID NOT NULL REFERENCES esims (id),
    kind          VARCHAR(10) NOT NULL,
    period_start  TIMESTAMPTZ NOT NULL,
    period_end    TIMESTAMPTZ NOT NULL,
    used_bytes    BIGINT NOT NULL,
    counter_bytes BIGINT NOT NULL,                     -- the stored counter at that time
    source        VARCHAR(20) NOT NULL,
    event_id      VARCHAR(100),
    times         INTEGER NOT NULL DEFAULT 1,
    read_at       TIMESTAMPTZ NOT NULL,
    received_at   TIMESTAMPTZ NOT NULL,
    CONSTRAINT usage_anomalies_known_kind CHECK (kind IN ('lower', 'late')),
    CONSTRAINT usage_anomalies_known_source CHECK (source IN ('api', 'poll', 'webhook')),
    CONSTRAINT usage_anomalies_is_lower CHECK (used_bytes >= 0 AND used_bytes < counter_bytes),
    CONSTRAINT usage_anomalies_reading_key UNIQUE (esim_id, period_start, period_end, used_bytes, kind)
);
CREATE INDEX usage_anomalies_esim_id_idx ON usage_anomalies (esim_id, received_at DESC, id DESC);
CREATE INDEX usage_anomalies_received_at_idx ON usage_anomalies (received_at);

-- The events that were received, so that a repeated one is reported as a duplicate. Deleted after 90 days; a later
-- repetition changes nothing either, because counters only grow.
CREATE TABLE usage_events (
    esim_id     UUID NOT NULL REFERENCES esims (id),
    event_id    VARCHAR(100) NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (esim_id, event_id)
);
CREATE INDEX usage_events_received_at_idx ON usage_events (received_at);

-- Thresholds that were reached and reminders that were due, once per run of bundles and number of top-ups.
CREATE TABLE usage_alerts (
    id          UUID PRIMARY KEY,
    esim_id     UUID NOT NULL REFERENCES esims (id),
    bundle_id   UUID NOT NULL REFERENCES esim_bundles (id),  -- the first bundle of the run
    topups      INTEGER NOT NULL,
    kind        VARCHAR(10) NOT NULL,
    step        INTEGER NOT NULL,                      -- percent of the data, or hours before the expiry
    used_bytes  BIGINT NOT NULL,
    total_bytes BIGINT,
    expires_at  TIMESTAMPTZ,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT usage_alerts_known_step CHECK ((kind = 'usage' AND step IN (50, 75, 90, 100)) OR (kind = 'expiry' AND step IN (24, 72))),
    CONSTRAINT usage_alerts_run_step_key UNIQUE NULLS NOT DISTINCT (esim_id, bundle_id, topups, kind, step, expires_at)
);
CREATE INDEX usage_alerts_bundle_id_idx ON usage_alerts (bundle_id);
CREATE INDEX usage_alerts_esim_id_idx ON usage_alerts (esim_id, created_at DESC, id DESC);
CREATE INDEX usage_alerts_created_at_idx ON usage_alerts (created_at DESC, id DESC);

-- One row per eSIM with a bundle: what the Data Usage Monitor shows and sorts by, and when the provider is asked next.
-- Status, customer, plan and provider are copies of the eSIM's, so that a page is read from one index.
CREATE TABLE usage_monitor (
    esim_id              UUID PRIMARY KEY REFERENCES esims (id),
    status               esim_status NOT NULL,
    is_in_use            BOOLEAN NOT NULL GENERATED ALWAYS AS (status IN ('active', 'suspended')) STORED,
    user_id              UUID,
    plan_id              UUID REFERENCES plans (id),
    provider_id          UUID REFERENCES data_providers (id),
    bundle_id            UUID,                         -- the first bundle of the run
    topups               INTEGER NOT NULL DEFAULT 0,
    starts_at            TIMESTAMPTZ,
    expires_at           TIMESTAMPTZ,
    used_bytes           BIGINT NOT NULL DEFAULT 0,
    total_bytes          BIGINT,                       -- NULL = unlimited
    remaining_bytes      BIGINT,
    share                NUMERIC(20, 2),
    burn_bytes_per_day   BIGINT,
    forecast             VARCHAR(20) NOT NULL DEFAULT 'too_little_data',
    exhausted_at         TIMESTAMPTZ,
    left_at_expiry_bytes BIGINT,
    readings             INTEGER NOT NULL DEFAULT 0,
    last_point_at        TIMESTAMPTZ,
    read_at              TIMESTAMPTZ,                  -- the provider's time of the last accepted reading
    received_at          TIMESTAMPTZ,
    country              VARCHAR(2),
    network              VARCHAR(20),
    alert_step           INTEGER NOT NULL DEFAULT 0,   -- the highest threshold that was passed
    remind_at            TIMESTAMPTZ,
    next_poll_at         TIMESTAMPTZ DEFAULT now(),
    polled_at            TIMESTAMPTZ,
    provider_age_minutes INTEGER,                      -- the age that figures of the provider may have
    poll_error           TEXT,
    poll_failures        INTEGER NOT NULL DEFAULT 0,
    needs_refresh        BOOLEAN NOT NULL DEFAULT true,
    CONSTRAINT usage_monitor_not_negative CHECK (used_bytes >= 0 AND total_bytes >= 0 AND remaining_bytes >= 0 AND burn_bytes_per_day >= 0),
    CONSTRAINT usage_monitor_unlimited_has_no_share CHECK (total_bytes IS NOT NULL OR (share IS NULL AND remaining_bytes IS NULL)),
    CONSTRAINT usage_monitor_known_forecast CHECK (forecast IN ('unlimited', 'depleted', 'too_little_data', 'no_usage', 'lasts', 'runs_out'))
);
CREATE INDEX usage_monitor_share_idx ON usage_monitor (share DESC NULLS LAST, esim_id DESC) WHERE is_in_use;
CREATE INDEX usage_monitor_burn_idx ON usage_monitor (burn_bytes_per_day DESC NULLS LAST, esim_id DESC) WHERE is_in_use;
CREATE INDEX usage_monitor_exhausted_at_idx ON usage_monitor (exhausted_at, esim_id) WHERE is_in_use;
CREATE INDEX usage_monitor_expires_at_idx ON usage_monitor (expires_at, esim_id) WHERE is_in_use;
CREATE INDEX usage_monitor_read_at_idx ON usage_monitor (read_at, esim_id) WHERE is_in_use;
CREATE INDEX usage_monitor_user_id_idx ON usage_monitor (user_id, share DESC NULLS LAST, esim_id DESC);
CREATE INDEX usage_monitor_plan_id_idx ON usage_monitor (plan_id, share DESC NULLS LAST, esim_id DESC);
CREATE INDEX usage_monitor_provider_id_idx ON usage_monitor (provider_id, share DESC NULLS LAST, esim_id DESC);
CREATE INDEX usage_monitor_forecast_idx ON usage_monitor (forecast, exhausted_at, esim_id) WHERE is_in_use;
CREATE INDEX usage_monitor_next_poll_at_idx ON usage_monitor (provider_id, next_poll_at) WHERE next_poll_at IS NOT NULL;
CREATE INDEX usage_monitor_remind_at_idx ON usage_monitor (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX usage_monitor_needs_refresh_idx ON usage_monitor (esim_id) WHERE needs_refresh;

CREATE FUNCTION usage_monitor_copy_esim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE usage_monitor SET status = NEW.status, user_id = NEW.user_id, plan_id = NEW.plan_id, provider_id = NEW.provider_id,
        needs_refresh = true
    WHERE esim_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER esims_copy_to_monitor AFTER UPDATE OF status, user_id, plan_id, provider_id ON esims FOR EACH ROW
    WHEN ((OLD.status, OLD.user_id, OLD.plan_id, OLD.provider_id) IS DISTINCT FROM (NEW.status, NEW.user_id, NEW.plan_id, NEW.provider_id))
    EXECUTE FUNCTION usage_monitor_copy_esim();

-- A bundle that is added, starts, ends or changes hands makes the row of its eSIM due for a new calculation.
CREATE FUNCTION usage_monitor_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usage_monitor (esim_id, status, user_id, plan_id, provider_id)
    SELECT e.id, e.status, e.user_id, e.plan_id, e.provider_id FROM esims e WHERE e.id = NEW.esim_id
    ON CONFLICT (esim_id) DO UPDATE SET needs_refresh = true, next_poll_at = least(usage_monitor.next_poll_at, now());
    RETURN NULL;
END $$;
CREATE TRIGGER esim_bundles_added_to_monitor AFTER INSERT ON esim_bundles FOR EACH ROW
    WHEN (NEW.esim_id IS NOT NULL) EXECUTE FUNCTION usage_monitor_mark();
CREATE TRIGGER esim_bundles_changed_in_monitor AFTER UPDATE OF esim_id, status, total_bytes, starts_at, expires_at ON esim_bundles FOR EACH ROW
    WHEN (NEW.esim_id IS NOT NULL AND (OLD.esim_id, OLD.status, OLD.total_bytes, OLD.starts_at, OLD.expires_at)
        IS DISTINCT FROM (NEW.esim_id, NEW.status, NEW.total_bytes, NEW.starts_at, NEW.expires_at))
    EXECUTE FUNCTION usage_monitor_mark();

INSERT INTO usage_monitor (esim_id, status, user_id, plan_id, provider_id)
SELECT e.id, e.status, e.user_id, e.plan_id, e.provider_id FROM esims e
WHERE EXISTS (SELECT FROM esim_bundles b WHERE b.esim_id = e.id);

-- What was used before this release counts on the day of its last reading.
INSERT INTO usage_days (esim_id, day, used_bytes)
SELECT esim_id, (recorded_at AT TIME ZONE 'UTC')::date, sum(used_bytes) FROM esim_data_usage WHERE used_bytes > 0 GROUP BY 1, 2;
