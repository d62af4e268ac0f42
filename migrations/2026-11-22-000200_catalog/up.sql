-- Catalogue: plans, plan_pricing, promotional_codes.

CREATE TYPE discount_type AS ENUM ('percentage', 'fixed_amount');

-- regions is an array of ISO 3166-1 alpha-2 codes and named groups; the vocabulary is checked on write.
CREATE TABLE plans (
    id            UUID PRIMARY KEY,
    name          VARCHAR(100) NOT NULL,
    description   TEXT,
    data_limit_mb NUMERIC(10, 2),                      -- 1 MB = 1,000,000 bytes; NULL = unlimited
    voice_minutes INTEGER NOT NULL DEFAULT 0,
    sms_count     INTEGER NOT NULL DEFAULT 0,
    validity_days INTEGER NOT NULL,
    regions       JSONB NOT NULL,
    is_active     BOOLEAN NOT NULL DEFAULT true,
    topup_allowed BOOLEAN NOT NULL DEFAULT true,
    version       INTEGER NOT NULL DEFAULT 1,
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at    TIMESTAMPTZ,
    CONSTRAINT plans_data_positive CHECK (data_limit_mb > 0),
    CONSTRAINT plans_allowances_not_negative CHECK (voice_minutes >= 0 AND sms_count >= 0),
    CONSTRAINT plans_validity_positive CHECK (validity_days > 0),
    CONSTRAINT plans_regions_are_texts CHECK (
        jsonb_typeof(regions) = 'array' AND NOT jsonb_path_exists(regions, '$[*] ? (@.type() != "string")'))
);
CREATE INDEX plans_is_active_idx ON plans (is_active, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX plans_created_at_idx ON plans (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX plans_regions_idx ON plans USING gin (regions);
CREATE INDEX plans_name_idx ON plans USING gin (lower(name) gin_trgm_ops);
CREATE TRIGGER plans_updated_at BEFORE UPDATE ON plans FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- One price per plan, region and currency at any instant. A NULL region means GLOBAL, and the exclusion
-- constraint says so, because NULL alone would never clash with itself. A window includes its start and not its
-- end, so one price may end the moment the next begins.
-- markup_percentage is computed: it cannot disagree with the two prices it comes from. It is wider than the
-- design's five digits, which overflow at 1000 %, so that no pair of valid prices can fail. NULL when the cost is 0.
CREATE TABLE plan_pricing (
    id                UUID PRIMARY KEY,
    plan_id           UUID NOT NULL REFERENCES plans (id),
    region            VARCHAR(50),
    cost_price        NUMERIC(10, 2) NOT NULL,
    selling_price     NUMERIC(10, 2) NOT NULL,
    markup_percentage NUMERIC(15, 2) GENERATED ALWAYS AS
        (CASE WHEN cost_price > 0 THEN round((selling_price - cost_price) * 100 / cost_price, 2) END) STORED,
    currency          VARCHAR(3) NOT NULL DEFAULT 'USD',
    effective_from    TIMESTAMPTZ NOT NULL,
    effective_to      TIMESTAMPTZ,
    note              TEXT,
    created_by        UUID REFERENCES users (id),
    version           INTEGER NOT NULL DEFAULT 1,
    created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT plan_pricing_amounts_not_negative CHECK (cost_price >= 0 AND selling_price >= 0),
    CONSTRAINT plan_pricing_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT plan_pricing_window_runs_forward CHECK (effective_to > effective_from),
    CONSTRAINT plan_pricing_one_price_at_a_time EXCLUDE USING gist (
        plan_id WITH =,
        (coalesce(region, 'GLOBAL')) WITH =,
        currency WITH =,
        tstzrange(effective_from, effective_to) WITH &&)
);
CREATE INDEX plan_pricing_plan_id_idx ON plan_pricing (plan_id, effective_from DESC, id DESC);
CREATE INDEX plan_pricing_region_idx ON plan_pricing (region, effective_from DESC, id DESC);
CREATE INDEX plan_pricing_effective_from_idx ON plan_pricing (effective_from DESC, id DESC);
CREATE INDEX plan_pricing_created_at_idx ON plan_pricing (created_at DESC, id DESC);
CREATE INDEX plan_pricing_created_by_idx ON plan_pricing (created_by);

-- A code stays taken for ever: a deleted one must not start to mean something else on an old flyer.
-- Stored in upper case, so that one index answers however the customer typed it.
CREATE TABLE promotional_codes (
    id               UUID PRIMARY KEY,
    code             VARCHAR(50) NOT NULL UNIQUE,
    discount_type    discount_type NOT NULL,
    discount_value   NUMERIC(10, 2) NOT NULL,          -- percent, or an amount of `currency`
    currency         VARCHAR(3),
    min_spend        NUMERIC(10, 2),
    max_uses         INTEGER,
    per_user_limit   INTEGER,
    used_count       INTEGER NOT NULL DEFAULT 0,
    valid_from       TIMESTAMPTZ NOT NULL,
    valid_to         TIMESTAMPTZ NOT NULL,
    applicable_plans JSONB,                            -- array of plan ids; NULL = all plans
    is_active        BOOLEAN NOT NULL DEFAULT true,
    version          INTEGER NOT NULL DEFAULT 1,
    created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at       TIMESTAMPTZ,
    CONSTRAINT promotional_codes_upper_case CHECK (code = upper(code)),
    CONSTRAINT promotional_codes_value_positive CHECK (discount_value > 0),
    CONSTRAINT promotional_codes_percentage_at_most_100 CHECK (discount_type <> 'percentage' OR discount_value <= 100),
    CONSTRAINT promotional_codes_amount_has_currency CHECK (
        currency IS NOT NULL OR (discount_type <> 'fixed_amount' AND min_spend IS NULL)),
    CONSTRAINT promotional_codes_currency_is_code CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT promotional_codes_min_spend_not_negative CHECK (min_spend >= 0),
    CONSTRAINT promotional_codes_limits_positive CHECK (max_uses > 0 AND per_user_limit > 0),
    CONSTRAINT promotional_codes_uses_within_limit CHECK (used_count >= 0 AND used_count <= max_uses),
    CONSTRAINT promotional_codes_window_runs_forward CHECK (valid_to > valid_from),
    CONSTRAINT promotional_codes_plans_are_texts CHECK (
        jsonb_typeof(applicable_plans) = 'array' AND NOT jsonb_path_exists(applicable_plans, '$[*] ? (@.type() != "string")'))
);
CREATE INDEX promotional_codes_is_active_idx ON promotional_codes (is_active, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX promotional_codes_valid_from_idx ON promotional_codes (valid_from);
CREATE INDEX promotional_codes_valid_to_idx ON promotional_codes (valid_to);
CREATE INDEX promotional_codes_created_at_idx ON promotional_codes (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX promotional_codes_applicable_plans_idx ON promotional_codes USING gin (applicable_plans);
