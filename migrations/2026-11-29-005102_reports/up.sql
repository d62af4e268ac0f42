-- Financial reports with all their figures, in each currency and in the base currency, and the exchange rates.

-- basis: `paid` sums the facts of one currency, `paid_base` all facts converted to the base currency. The key includes it:
-- the base currency has rows of both kinds. missing_rates names the days and currencies without a rate.
ALTER TABLE revenue_reports
    ALTER COLUMN total_revenue TYPE NUMERIC(20, 2),
    ALTER COLUMN total_cost TYPE NUMERIC(20, 2),
    ALTER COLUMN profit TYPE NUMERIC(20, 2),
    ADD COLUMN time_zone         VARCHAR(50) NOT NULL DEFAULT 'UTC',
    ADD COLUMN list_amount       NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN discount_amount   NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN tax_amount        NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN gross_amount      NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN refunded_amount   NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN refunded_tax      NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN chargeback_amount NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN chargeback_tax    NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN open_disputes     NUMERIC(20, 2) NOT NULL DEFAULT 0,
    ADD COLUMN margin            NUMERIC(20, 2),
    ADD COLUMN free_count        INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN refund_count      INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN chargeback_count  INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN late_facts        INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN is_provisional    BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN missing_rates     JSONB NOT NULL DEFAULT '[]',
    DROP CONSTRAINT revenue_reports_period_key,
    ADD CONSTRAINT revenue_reports_period_key UNIQUE (period_type, period_start, currency, basis),
    ADD CONSTRAINT revenue_reports_basis_is_known CHECK (basis IN ('paid', 'paid_base')),
    ADD CONSTRAINT revenue_reports_gross_adds_up CHECK (gross_amount = list_amount - discount_amount + tax_amount),
    ADD CONSTRAINT revenue_reports_revenue_adds_up CHECK (
        total_revenue = gross_amount - tax_amount - (refunded_amount - refunded_tax) - (chargeback_amount - chargeback_tax)),
    ADD CONSTRAINT revenue_reports_more_counts_not_negative CHECK (
        free_count BETWEEN 0 AND transaction_count AND refund_count >= 0 AND chargeback_count >= 0 AND late_facts >= 0),
    ADD CONSTRAINT revenue_reports_missing_rates_are_a_list CHECK (jsonb_typeof(missing_rates) = 'array');
CREATE INDEX revenue_reports_type_idx ON revenue_reports (period_type, period_start DESC, id DESC);

-- One unit of from_currency is worth rate units of to_currency, as the source states it for the day. A correction of the
-- source replaces the rate; reports keep the rate that they were made with.
CREATE TABLE exchange_rates (
    id            UUID PRIMARY KEY,
    rate_date     DATE NOT NULL,
    from_currency VARCHAR(3) NOT NULL,
    to_currency   VARCHAR(3) NOT NULL,
    rate          NUMERIC(24, 12) NOT NULL,
    source        VARCHAR(50) NOT NULL,
    created_by    UUID REFERENCES users (id),
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT exchange_rates_key UNIQUE (source, rate_date, from_currency, to_currency),
    CONSTRAINT exchange_rates_rate_positive CHECK (rate > 0),
    CONSTRAINT exchange_rates_of_two_currencies CHECK (from_currency <> to_currency),
    CONSTRAINT exchange_rates_from_is_code CHECK (from_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT exchange_rates_to_is_code CHECK (to_currency ~ '^[A-Z]{3}$')
);
CREATE INDEX exchange_rates_rate_date_idx ON exchange_rates (rate_date DESC, id DESC);
CREATE INDEX exchange_rates_created_by_idx ON exchange_rates (created_by);
CREATE TRIGGER exchange_rates_updated_at BEFORE UPDATE ON exchange_rates FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- The rates that reports were made with, from the first report after the day was over. Never changed.
CREATE TABLE report_rates (
    day           DATE NOT NULL,
    base_currency VARCHAR(3) NOT NULL,
    currency      VARCHAR(3) NOT NULL,
    rate          NUMERIC(24, 12) NOT NULL,
    rate_date     DATE NOT NULL,
    source        VARCHAR(50) NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT report_rates_key PRIMARY KEY (base_currency, day, currency),
    CONSTRAINT report_rates_rate_positive CHECK (rate > 0)
);
CREATE TRIGGER report_rates_written_once BEFORE UPDATE ON report_rates FOR EACH ROW EXECUTE FUNCTION refuse_update();
