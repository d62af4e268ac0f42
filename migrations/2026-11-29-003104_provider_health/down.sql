DROP TABLE provider_health;
ALTER TABLE data_providers
    DROP CONSTRAINT data_providers_pause_has_reason,
    DROP COLUMN pause_reason,
    DROP COLUMN paused_at,
    ALTER COLUMN available_data_gb TYPE NUMERIC(10, 2);
ALTER TABLE provisioning_jobs DROP COLUMN routing;
DROP INDEX provisioning_attempts_check_at_idx;
ALTER TABLE provisioning_attempts
    DROP CONSTRAINT provisioning_attempts_pool_not_negative,
    DROP CONSTRAINT provisioning_attempts_counts_not_negative,
    DROP COLUMN routing,
    DROP COLUMN pool_gb,
    DROP COLUMN checks,
    DROP COLUMN check_at,
    DROP COLUMN sends,
    DROP COLUMN resend_at,
    DROP COLUMN missing_since,
    DROP COLUMN ended_at;
