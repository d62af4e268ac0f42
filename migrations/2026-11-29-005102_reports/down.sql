DROP TABLE report_rates;
DROP TABLE exchange_rates;
DELETE FROM revenue_reports WHERE basis <> 'paid';
DROP INDEX revenue_reports_type_idx;
ALTER TABLE revenue_reports
    DROP CONSTRAINT revenue_reports_period_key,
    DROP CONSTRAINT revenue_reports_basis_is_known,
    DROP CONSTRAINT revenue_reports_gross_adds_up,
    DROP CONSTRAINT revenue_reports_revenue_adds_up,
    DROP CONSTRAINT revenue_reports_more_counts_not_negative,
    DROP CONSTRAINT revenue_reports_missing_rates_are_a_list,
    ADD CONSTRAINT revenue_reports_period_key UNIQUE (period_type, period_start, currency),
    DROP COLUMN time_zone,
    DROP COLUMN list_amount,
    DROP COLUMN discount_amount,
    DROP COLUMN tax_amount,
    DROP COLUMN gross_amount,
    DROP COLUMN refunded_amount,
    DROP COLUMN refunded_tax,
    DROP COLUMN chargeback_amount,
    DROP COLUMN chargeback_tax,
    DROP COLUMN open_disputes,
    DROP COLUMN margin,
    DROP COLUMN free_count,
    DROP COLUMN refund_count,
    DROP COLUMN chargeback_count,
    DROP COLUMN late_facts,
    DROP COLUMN is_provisional,
    DROP COLUMN missing_rates,
    ALTER COLUMN total_revenue TYPE NUMERIC(12, 2),
    ALTER COLUMN total_cost TYPE NUMERIC(12, 2),
    ALTER COLUMN profit TYPE NUMERIC(12, 2);
