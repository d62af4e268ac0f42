-- A value of an enum cannot be dropped: the type is made again without the two, whatever else it has by then.
ALTER TABLE reconciliation_cases ALTER COLUMN kind TYPE TEXT;
UPDATE reconciliation_cases SET kind = 'surplus_esim' WHERE kind = 'supplier_cancellation';
UPDATE reconciliation_cases SET kind = 'amount_mismatch' WHERE kind = 'low_margin';
DO $$
DECLARE
    labels TEXT;
BEGIN
    SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) INTO labels
    FROM pg_enum
    WHERE enumtypid = 'case_kind'::regtype AND enumlabel NOT IN ('supplier_cancellation', 'low_margin');
    DROP TYPE case_kind;
    EXECUTE format('CREATE TYPE case_kind AS ENUM (%s)', labels);
END
$$;
ALTER TABLE reconciliation_cases ALTER COLUMN kind TYPE case_kind USING kind::case_kind;
