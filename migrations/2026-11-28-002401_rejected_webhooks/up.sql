-- Webhooks whose signature does not fit are counted by network and minute: anybody can send them, and a row for each
-- would let anybody fill the table.

ALTER TABLE webhook_receipts
    ADD COLUMN network    VARCHAR(43),                 -- where rejected ones came from; NULL for believed ones
    ADD COLUMN deliveries INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT webhook_receipts_deliveries_positive CHECK (deliveries > 0);
