-- Webhooks of providers. The source names the provider, so that two providers may use the same event IDs. signature_ok
-- states that the sender was verified; is_signed is false where the provider does not sign and only the token in the address
-- was verified.
ALTER TABLE webhook_receipts
    ALTER COLUMN source TYPE VARCHAR(60),
    ADD COLUMN provider_id UUID REFERENCES data_providers (id),
    ADD COLUMN is_signed   BOOLEAN NOT NULL DEFAULT true,
    ADD COLUMN replays     INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN version     INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT webhook_receipts_replays_not_negative CHECK (replays >= 0);
