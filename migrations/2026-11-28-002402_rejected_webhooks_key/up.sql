-- Apart, because it is made while the table is in use. What was rejected before has no network, and clashes with nothing.
CREATE UNIQUE INDEX CONCURRENTLY webhook_receipts_rejected_key ON webhook_receipts (source, network, received_at) WHERE status = 'rejected';
