CREATE INDEX CONCURRENTLY webhook_receipts_provider_id_idx ON webhook_receipts (provider_id, received_at DESC, id DESC);
