-- The whole catalogue: how a plan counts its days, what providers say they have, changes of many prices at once,
-- and who has used a promotion.

-- From when a plan's days count.
CREATE TYPE validity_policy AS ENUM ('purchase', 'installation', 'first_use');

-- daily_limit_mb and throttled_kbps are the fair use of an unlimited plan: after so much in a day, so slow.
ALTER TABLE plans
    ADD COLUMN validity_policy      validity_policy NOT NULL DEFAULT 'first_use',
    ADD COLUMN activate_within_days INTEGER,           -- NULL = it can wait for ever
    ADD COLUMN daily_limit_mb       NUMERIC(10, 2),
    ADD COLUMN throttled_kbps       INTEGER,
    ADD COLUMN hotspot_allowed      BOOLEAN NOT NULL DEFAULT true,
    ADD COLUMN apn                  VARCHAR(100),
    ADD COLUMN kyc_required         BOOLEAN NOT NULL DEFAULT false,
    ADD CONSTRAINT plans_fair_use_positive CHECK (activate_within_days > 0 AND daily_limit_mb > 0 AND throttled_kbps > 0);

-- stock and minimum_price are the provider's word: NULL when it has not said. Nothing sells below minimum_price.
ALTER TABLE plan_provider_offers
    ADD COLUMN stock         INTEGER,
    ADD COLUMN minimum_price NUMERIC(10, 2),
    ADD COLUMN version       INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT plan_provider_offers_stock_not_negative CHECK (stock >= 0),
    ADD CONSTRAINT plan_provider_offers_minimum_not_negative CHECK (minimum_price >= 0);

-- A provider's price list compared with what we sell, waiting for somebody to say what of it holds. The rows are
-- what they said on that day; publishing writes plans, offers and prices.
CREATE TYPE sync_state AS ENUM ('open', 'published', 'discarded');
CREATE TABLE price_list_syncs (
    id          UUID PRIMARY KEY,
    provider_id UUID NOT NULL REFERENCES data_providers (id),
    state       sync_state NOT NULL DEFAULT 'open',
    rows        JSONB NOT NULL,
    created_by  UUID REFERENCES users (id),
    closed_by   UUID REFERENCES users (id),
    closed_at   TIMESTAMPTZ,
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT price_list_syncs_rows_are_a_list CHECK (jsonb_typeof(rows) = 'array'),
    CONSTRAINT price_list_syncs_closed_has_a_time CHECK ((state = 'open') = (closed_at IS NULL))
);
-- The newest list of a provider is the one that counts.
CREATE UNIQUE INDEX price_list_syncs_one_open ON price_list_syncs (provider_id) WHERE state = 'open';
CREATE INDEX price_list_syncs_provider_id_idx ON price_list_syncs (provider_id, created_at DESC, id DESC);
CREATE INDEX price_list_syncs_state_idx ON price_list_syncs (state, created_at DESC, id DESC);
CREATE INDEX price_list_syncs_created_at_idx ON price_list_syncs (created_at DESC, id DESC);
CREATE INDEX price_list_syncs_created_by_idx ON price_list_syncs (created_by);
CREATE INDEX price_list_syncs_closed_by_idx ON price_list_syncs (closed_by);

-- Many prices changed at once, so that it can be undone at once. The prices it set name it.
CREATE TABLE price_changes (
    id         UUID PRIMARY KEY,
    rule       JSONB NOT NULL,                         -- by what percent or amount, rounded how
    reason     TEXT,
    created_by UUID REFERENCES users (id),
    undone_by  UUID REFERENCES users (id),
    undone_at  TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT price_changes_rule_is_an_object CHECK (jsonb_typeof(rule) = 'object')
);
CREATE INDEX price_changes_created_at_idx ON price_changes (created_at DESC, id DESC);
CREATE INDEX price_changes_created_by_idx ON price_changes (created_by);
CREATE INDEX price_changes_undone_by_idx ON price_changes (undone_by);
ALTER TABLE plan_pricing
    ADD COLUMN change_id   UUID REFERENCES price_changes (id),
    ADD COLUMN replaces_id UUID REFERENCES plan_pricing (id);  -- the price it took the place of
CREATE INDEX plan_pricing_change_id_idx ON plan_pricing (change_id);
CREATE INDEX plan_pricing_replaces_id_idx ON plan_pricing (replaces_id);

-- Codes that were made together carry one campaign.
ALTER TABLE promotional_codes
    ADD COLUMN first_order_only BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN campaign         VARCHAR(100),
    ADD COLUMN updated_at       TIMESTAMPTZ NOT NULL DEFAULT now();
CREATE INDEX promotional_codes_campaign_idx ON promotional_codes (campaign, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER promotional_codes_updated_at BEFORE UPDATE ON promotional_codes FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- Who uses a promotion: held while the order waits for its payment, completed when it was paid, released when it
-- will not be. promotional_codes.used_count is the number of rows that are not released; one conditional UPDATE
-- raises it, so that its row lock lets no two orders take the last use.
CREATE TYPE redemption_state AS ENUM ('held', 'completed', 'released');
CREATE TABLE promo_redemptions (
    id              UUID PRIMARY KEY,
    promotion_id    UUID NOT NULL REFERENCES promotional_codes (id),
    order_id        UUID NOT NULL REFERENCES orders (id),
    user_id         UUID NOT NULL REFERENCES users (id),
    state           redemption_state NOT NULL DEFAULT 'held',
    discount_amount NUMERIC(10, 2) NOT NULL,
    currency        VARCHAR(3) NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    settled_at      TIMESTAMPTZ,
    CONSTRAINT promo_redemptions_order_id_key UNIQUE (order_id),
    CONSTRAINT promo_redemptions_discount_not_negative CHECK (discount_amount >= 0),
    CONSTRAINT promo_redemptions_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT promo_redemptions_settled_has_a_time CHECK ((state = 'held') = (settled_at IS NULL))
);
CREATE INDEX promo_redemptions_promotion_id_idx ON promo_redemptions (promotion_id, created_at DESC, id DESC);
CREATE INDEX promo_redemptions_user_id_idx ON promo_redemptions (user_id, promotion_id);
