DROP TABLE payment_days;
DROP TABLE reconciliation_cases;
DROP TYPE case_status;
DROP TYPE case_kind;
DROP TABLE supplier_claims;
DROP TYPE claim_state;
DROP TABLE credit_notes;
DROP TRIGGER refunds_updated_at ON refunds;
ALTER TABLE refunds
    DROP COLUMN effect, DROP COLUMN eligibility, DROP COLUMN recommended_amount, DROP COLUMN decided_at, DROP COLUMN failure_reason,
    DROP COLUMN attempts, DROP COLUMN sent_at, DROP COLUMN version, DROP COLUMN updated_at,
    DROP CONSTRAINT refunds_gateway_refund_id_key;
DROP INDEX refunds_approval_state_idx, refunds_processed_at_idx;
DROP TYPE refund_effect;
DROP TABLE invoices;
DROP TABLE number_series;
DROP TABLE disputes;
DROP TYPE dispute_state;
DROP INDEX transactions_completed_at_idx, transactions_payment_method_idx, transactions_total_amount_idx;
ALTER TABLE transactions DROP COLUMN reference, DROP COLUMN recorded_by, DROP COLUMN client_secret, DROP COLUMN closed_at;
