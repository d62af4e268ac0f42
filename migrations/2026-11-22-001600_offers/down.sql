DROP TABLE promo_redemptions;
DROP TYPE redemption_state;
DROP TRIGGER promotional_codes_updated_at ON promotional_codes;
ALTER TABLE promotional_codes DROP COLUMN first_order_only, DROP COLUMN campaign, DROP COLUMN updated_at;
ALTER TABLE plan_pricing DROP COLUMN change_id, DROP COLUMN replaces_id;
DROP TABLE price_changes;
DROP TABLE price_list_syncs;
DROP TYPE sync_state;
ALTER TABLE plan_provider_offers DROP COLUMN stock, DROP COLUMN minimum_price, DROP COLUMN version;
ALTER TABLE plans
    DROP COLUMN validity_policy, DROP COLUMN activate_within_days, DROP COLUMN daily_limit_mb, DROP COLUMN throttled_kbps,
    DROP COLUMN hotspot_allowed, DROP COLUMN apn, DROP COLUMN kyc_required;
DROP TYPE validity_policy;
