-- Payments of 0 are not in the success rate: no gateway was asked. The days are summed again from the rows, also without
-- the payments of test customers.
ALTER TABLE payment_days ADD COLUMN free INTEGER NOT NULL DEFAULT 0;
DELETE FROM payment_days;
