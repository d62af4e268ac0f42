DROP INDEX esim_bundles_used_up_idx;
DROP INDEX esim_bundles_due_idx;
ALTER TABLE esim_bundles DROP COLUMN ended_at;
ALTER TABLE esim_state_history DROP CONSTRAINT esim_state_history_known_source;
-- Rows of the history are immutable, so those of the new sources stay, and only new rows are checked.
ALTER TABLE esim_state_history ADD CONSTRAINT esim_state_history_known_source
    CHECK (source IN ('import', 'order', 'admin', 'provider')) NOT VALID;
DROP INDEX esims_service_unconfirmed_since_idx;
DROP INDEX esims_expired_at_idx;
DROP INDEX esims_due_idx;
ALTER TABLE esims
    DROP COLUMN expired_at,
    DROP COLUMN service_unconfirmed_since,
    DROP COLUMN provider_state,
    DROP COLUMN provider_state_at;
