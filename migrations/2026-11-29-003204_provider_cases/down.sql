-- A value of an enum cannot be dropped: the type is made again without the two, whatever else it has by then.
-- The index of an earlier migration names a value of the type, so it is made again as well.
DROP INDEX reconciliation_cases_foreign_refund_idx;
ALTER TABLE reconciliation_cases ALTER COLUMN kind TYPE TEXT;
UPDATE reconciliation_cases SET kind = 'amount_mismatch' WHERE kind = 'low_balance';
UPDATE reconciliation_cases SET kind = 'surplus_esim' WHERE kind = 'inventory_conflict';
DO $$
DECLARE
    labels TEXT;
BEGIN
    SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) INTO labels
    FROM pg_enum
    WHERE enumtypid = 'case_kind'::regtype AND enumlabel NOT IN ('low_balance', 'inventory_conflict');
    DROP TYPE case_kind;
    EXECUTE format('CREATE TYPE case_kind AS ENUM (%s)', labels);
END
$$;
ALTER TABLE reconciliation_cases ALTER COLUMN kind TYPE case_kind USING kind::case_kind;
CREATE INDEX reconciliation_cases_foreign_refund_idx ON reconciliation_cases (transaction_id) WHERE kind = 'foreign_refund' AND status <> 'resolved';
