ALTER TABLE transactions DROP COLUMN gateway_payment_id;
