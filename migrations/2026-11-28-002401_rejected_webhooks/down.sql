ALTER TABLE webhook_receipts
    DROP CONSTRAINT webhook_receipts_deliveries_positive,
    DROP COLUMN deliveries,
    DROP COLUMN network;
