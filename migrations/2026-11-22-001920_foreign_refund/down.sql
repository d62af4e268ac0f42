-- A value of an enum cannot be dropped: the type is made anew without it.
ALTER TABLE reconciliation_cases ALTER COLUMN kind TYPE TEXT;
UPDATE reconciliation_cases SET kind = 'amount_mismatch' WHERE kind = 'foreign_refund';
DROP TYPE case_kind;
CREATE TYPE case_kind AS ENUM (
    'paid_not_delivered', 'delivered_not_paid', 'refund_stuck', 'amount_mismatch', 'unknown_outcome', 'paid_late', 'surplus_esim');
ALTER TABLE reconciliation_cases ALTER COLUMN kind TYPE case_kind USING kind::case_kind;
