-- A row without a token cannot go back to a table that requires one.
DELETE FROM twilio_config WHERE auth_token_encrypted IS NULL;
ALTER TABLE twilio_config
    DROP CONSTRAINT twilio_config_previous_ends,
    DROP COLUMN previous_until,
    DROP COLUMN previous_webhook_secret_encrypted,
    DROP COLUMN previous_auth_token_encrypted,
    DROP COLUMN webhook_secret_last4,
    DROP COLUMN api_secret_last4,
    DROP COLUMN auth_token_last4,
    ALTER COLUMN auth_token_encrypted SET NOT NULL;
DROP TABLE provider_balances;
ALTER TABLE data_providers
    DROP CONSTRAINT data_providers_previous_ends,
    DROP CONSTRAINT data_providers_sync_interval_in_range,
    DROP CONSTRAINT data_providers_threshold_not_negative,
    DROP COLUMN webhook_token,
    DROP COLUMN sync_interval_hours,
    DROP COLUMN low_balance_threshold,
    DROP COLUMN previous_until,
    DROP COLUMN previous_credentials_encrypted,
    DROP COLUMN previous_key_encrypted,
    DROP COLUMN credential_names,
    DROP COLUMN api_key_last4,
    DROP COLUMN is_sandbox;
