-- What providers deliver with an eSIM: the id of the profile, where it differs from the ICCID, and the confirmation code,
-- which is sealed like the activation code.
ALTER TABLE esims
    ADD COLUMN profile_ref VARCHAR(100),
    ADD COLUMN confirmation_code BYTEA;
-- The SKU of the same package as a top-up, where it differs.
ALTER TABLE plan_provider_offers ADD COLUMN topup_sku VARCHAR(100);
-- Two providers may number their orders alike.
ALTER TABLE data_allocations
    DROP CONSTRAINT data_allocations_provider_order_ref_key,
    ADD CONSTRAINT data_allocations_provider_order_ref_key UNIQUE (provider_id, provider_order_ref);
