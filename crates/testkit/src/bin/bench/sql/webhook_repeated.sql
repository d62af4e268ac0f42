\set n random(1, 500)
BEGIN;
INSERT INTO webhook_receipts (id, source, event_id, event_type, signature_ok, received_at) VALUES (gen_random_uuid(), 'stripe', 'evt_bench_' || :n, 'checkout.session.completed', true, now()) ON CONFLICT DO NOTHING;
COMMIT;
