-- A value of an enum cannot be dropped: the type is made again without the four, whatever else it has by then. Providers of
-- these adapters become simulated and inactive.
ALTER TABLE data_providers ALTER COLUMN adapter TYPE TEXT;
UPDATE data_providers SET adapter = 'simulator', is_active = false
WHERE adapter IN ('airalo', 'esim_go', 'esim_access', 'super_sim');
DO $$
DECLARE
    labels TEXT;
BEGIN
    SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) INTO labels
    FROM pg_enum
    WHERE enumtypid = 'provider_adapter'::regtype AND enumlabel NOT IN ('airalo', 'esim_go', 'esim_access', 'super_sim');
    DROP TYPE provider_adapter;
    EXECUTE format('CREATE TYPE provider_adapter AS ENUM (%s)', labels);
END
$$;
ALTER TABLE data_providers ALTER COLUMN adapter TYPE provider_adapter USING adapter::provider_adapter;
