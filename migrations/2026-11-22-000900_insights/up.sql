-- Insights: analytics_events, revenue_reports.

CREATE TYPE report_period_type AS ENUM ('daily', 'weekly', 'monthly', 'yearly');

-- By month, because a year-old month is dropped whole. event_uid is what the sender calls the event: sent twice
-- with the same time, it counts once (a key across all months is not possible on a partitioned table).
-- metadata is checked against an allow-list on write: no personal data.
CREATE TABLE analytics_events (
    id         UUID NOT NULL,
    event_uid  VARCHAR(100) NOT NULL,
    event_type VARCHAR(100) NOT NULL,
    user_id    UUID REFERENCES users (id),
    esim_id    UUID REFERENCES esims (id),
    metadata   JSONB,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, created_at),
    CONSTRAINT analytics_events_uid_key UNIQUE (event_uid, created_at),
    CONSTRAINT analytics_events_metadata_is_an_object CHECK (jsonb_typeof(metadata) = 'object')
) PARTITION BY RANGE (created_at);
CREATE INDEX analytics_events_event_type_idx ON analytics_events (event_type, created_at DESC, id DESC);
CREATE INDEX analytics_events_user_id_idx ON analytics_events (user_id, created_at DESC);
CREATE INDEX analytics_events_esim_id_idx ON analytics_events (esim_id, created_at DESC);
CREATE INDEX analytics_events_created_at_idx ON analytics_events (created_at DESC, id DESC);

SELECT ensure_first_partitions('analytics_events');

-- One report per period and currency: amounts of two currencies are never added. Dates are days of the business
-- time zone in the settings; period_end is the last day, inclusive. basis says which moment counts a sale.
CREATE TABLE revenue_reports (
    id                UUID PRIMARY KEY,
    period_type       report_period_type NOT NULL,
    period_start      DATE NOT NULL,
    period_end        DATE NOT NULL,
    currency          VARCHAR(3) NOT NULL,
    basis             VARCHAR(20) NOT NULL DEFAULT 'paid',
    total_revenue     NUMERIC(12, 2) NOT NULL,
    total_cost        NUMERIC(12, 2) NOT NULL,
    profit            NUMERIC(12, 2) NOT NULL,
    transaction_count INTEGER NOT NULL,
    new_users         INTEGER NOT NULL DEFAULT 0,
    active_esims      INTEGER NOT NULL DEFAULT 0,
    generated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT revenue_reports_period_key UNIQUE (period_type, period_start, currency),
    CONSTRAINT revenue_reports_period_runs_forward CHECK (period_end >= period_start),
    CONSTRAINT revenue_reports_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    -- Revenue may be negative: a refund counts in its own period, which may have sold nothing.
    CONSTRAINT revenue_reports_profit_adds_up CHECK (profit = total_revenue - total_cost),
    CONSTRAINT revenue_reports_counts_not_negative CHECK (transaction_count >= 0 AND new_users >= 0 AND active_esims >= 0)
);
CREATE INDEX revenue_reports_period_start_idx ON revenue_reports (period_start DESC, id DESC);
CREATE INDEX revenue_reports_period_end_idx ON revenue_reports (period_end);
