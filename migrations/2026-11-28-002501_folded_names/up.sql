-- Names as searches compare them: lower case, without marks and ligatures, so that jose finds José. The program folds
-- what is searched for in the same way (platform::text::fold), and a test compares the two.
CREATE FUNCTION search_fold(name TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT replace(replace(replace(replace(
        translate(
            normalize(lower(regexp_replace(normalize(name, NFKD),
                '[\u0300-\u036F\u0483-\u0487\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F\u180E\u200B-\u200D\u2060\uFEFF]', '', 'g')), NFC),
            'ıøđðħłŋŧςё', 'ioddhlntσе'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;

DROP INDEX plans_name_idx;
CREATE INDEX plans_name_idx ON plans USING gin (search_fold(name) gin_trgm_ops);
DROP INDEX data_providers_name_idx;
CREATE INDEX data_providers_name_idx ON data_providers USING gin (search_fold(name) gin_trgm_ops);
DROP INDEX api_clients_name_idx;
CREATE INDEX api_clients_name_idx ON api_clients USING gin (search_fold(name) gin_trgm_ops);
CREATE INDEX plan_provider_offers_sku_begins_idx ON plan_provider_offers (search_fold(sku) text_pattern_ops);

-- New texts are composed (NFC) when they come in; these came before. It is no change that anybody made.
SET LOCAL esim_admin.resealing = 'on';
UPDATE plans SET name = normalize(name, NFC) WHERE name IS NOT NFC NORMALIZED;
UPDATE plans SET description = normalize(description, NFC) WHERE description IS NOT NFC NORMALIZED;
UPDATE data_providers SET name = normalize(name, NFC) WHERE name IS NOT NFC NORMALIZED;
UPDATE api_clients SET name = normalize(name, NFC) WHERE name IS NOT NFC NORMALIZED;
UPDATE promotional_codes SET campaign = normalize(campaign, NFC) WHERE campaign IS NOT NFC NORMALIZED;
SET LOCAL esim_admin.resealing = 'off';
