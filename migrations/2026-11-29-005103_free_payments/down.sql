ALTER TABLE payment_days DROP COLUMN free;
