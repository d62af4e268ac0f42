-- When the service of an eSIM ended here, from which the grace period counts until it is cancelled at its provider.
-- service_unconfirmed_since: the eSIM expired here, and its provider has not confirmed it yet.
-- provider_state and provider_state_at: the state in the provider's words, and the time for which it was correct by the
-- provider's clock. An older report is not applied.
ALTER TABLE esims
    ADD COLUMN expired_at                TIMESTAMPTZ,
    ADD COLUMN service_unconfirmed_since TIMESTAMPTZ,
    ADD COLUMN provider_state            VARCHAR(200),
    ADD COLUMN provider_state_at         TIMESTAMPTZ;
-- The grace period of eSIMs that expired before begins now, so that an update of the program cancels none at once.
UPDATE esims SET expired_at = now() WHERE status = 'expired';
CREATE INDEX esims_due_idx ON esims (expires_at) WHERE status IN ('available', 'active', 'suspended') AND deleted_at IS NULL;
CREATE INDEX esims_expired_at_idx ON esims (expired_at) WHERE status = 'expired' AND deleted_at IS NULL;
CREATE INDEX esims_service_unconfirmed_since_idx ON esims (service_unconfirmed_since) WHERE service_unconfirmed_since IS NOT NULL;

-- The expiry of a bundle, and a correction by the provider, are sources of a state change of their own.
ALTER TABLE esim_state_history DROP CONSTRAINT esim_state_history_known_source;
ALTER TABLE esim_state_history ADD CONSTRAINT esim_state_history_known_source
    CHECK (source IN ('import', 'order', 'admin', 'provider', 'expiry', 'correction'));

ALTER TABLE esim_bundles ADD COLUMN ended_at TIMESTAMPTZ;
-- A bundle whose validity starts with the purchase can expire before its first use.
CREATE INDEX esim_bundles_due_idx ON esim_bundles (expires_at) WHERE status IN ('queued', 'active');
CREATE INDEX esim_bundles_used_up_idx ON esim_bundles (esim_id) WHERE status = 'active' AND used_bytes >= total_bytes;
