-- What the gateway calls the payment itself, where what we opened was a page on which to pay: banks' disputes name
-- the payment.
ALTER TABLE transactions ADD COLUMN gateway_payment_id VARCHAR(255);
CREATE INDEX transactions_gateway_payment_id_idx ON transactions (gateway_payment_id);
