ALTER TABLE reconciliation_cases DROP COLUMN gateway_refund_id;
