DELETE FROM webhook_receipts WHERE provider_id IS NOT NULL;
ALTER TABLE webhook_receipts
    DROP CONSTRAINT webhook_receipts_replays_not_negative,
    DROP COLUMN version,
    DROP COLUMN replays,
    DROP COLUMN is_signed,
    DROP COLUMN provider_id,
    ALTER COLUMN source TYPE VARCHAR(30);
