ALTER TABLE data_allocations DROP CONSTRAINT data_allocations_provider_order_ref_key;
-- Of several orders with one number, the first keeps it.
UPDATE data_allocations a SET provider_order_ref = NULL
WHERE EXISTS (SELECT FROM data_allocations b WHERE b.provider_order_ref = a.provider_order_ref AND b.id < a.id);
ALTER TABLE data_allocations ADD CONSTRAINT data_allocations_provider_order_ref_key UNIQUE (provider_order_ref);
ALTER TABLE plan_provider_offers DROP COLUMN topup_sku;
ALTER TABLE esims
    DROP COLUMN confirmation_code,
    DROP COLUMN profile_ref;
