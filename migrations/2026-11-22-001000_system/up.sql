-- System: system_settings.

CREATE TYPE setting_data_type AS ENUM ('string', 'number', 'boolean', 'json');

-- A setting is changed, never deleted, so its key is simply unique. Secrets are refused on write: they belong in
-- the environment or in a sealed column.
CREATE TABLE system_settings (
    id          UUID PRIMARY KEY,
    key         VARCHAR(100) NOT NULL UNIQUE,
    value       TEXT,
    data_type   setting_data_type NOT NULL,
    category    VARCHAR(50),
    description TEXT,
    is_public   BOOLEAN NOT NULL DEFAULT false,
    version     INTEGER NOT NULL DEFAULT 1,
    updated_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT system_settings_boolean_is_one CHECK (data_type <> 'boolean' OR value IN ('true', 'false')),
    CONSTRAINT system_settings_number_is_one CHECK (data_type <> 'number' OR value ~ '^-?[0-9]+(\.[0-9]+)?$')
);
CREATE INDEX system_settings_category_idx ON system_settings (category, key);
CREATE TRIGGER system_settings_updated_at BEFORE UPDATE ON system_settings FOR EACH ROW EXECUTE FUNCTION set_updated_at();
