DROP INDEX reconciliation_cases_foreign_refund_idx;
DROP INDEX disputes_currency_idx;
DROP INDEX disputes_lost_idx;
ALTER TABLE payment_days DROP COLUMN chargeback_amount, DROP COLUMN chargebacks;
