-- What the gateway calls the refund that a case is about, where none of ours is: it is booked under that id.
ALTER TABLE reconciliation_cases ADD COLUMN gateway_refund_id VARCHAR(255);
