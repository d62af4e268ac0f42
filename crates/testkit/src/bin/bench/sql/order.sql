\set n random(1, :users)
\set plan random(1, 50)
BEGIN;
SELECT selling_price, cost_price FROM plan_pricing WHERE plan_id = (lpad(to_hex(1767225600000 + :plan::bigint), 12, '0') || '70038' || lpad(to_hex(:plan::bigint), 15, '0'))::uuid AND currency = 'USD' AND effective_from <= now() AND (effective_to IS NULL OR effective_to > now());
WITH sale AS (SELECT gen_random_uuid() AS id, (lpad(to_hex(1767225600000 + :n::bigint), 12, '0') || '70018' || lpad(to_hex(:n::bigint), 15, '0'))::uuid AS user_id, (lpad(to_hex(1767225600000 + :plan::bigint), 12, '0') || '70038' || lpad(to_hex(:plan::bigint), 15, '0'))::uuid AS plan_id), ordered AS (INSERT INTO orders (id, user_id, plan_id, kind, quantity, region, terms, unit_price, unit_cost, total_amount, currency, status, expires_at) SELECT id, user_id, plan_id, 'new', 1, 'GLOBAL', '{"name": "5 GB for measuring"}', 5, 2, 5, 'USD', 'pending_payment', now() + interval '30 minutes' FROM sale RETURNING id, user_id, plan_id) INSERT INTO transactions (id, order_id, user_id, plan_id, amount, total_amount, payment_method, status) SELECT gen_random_uuid(), id, user_id, plan_id, 5, 5, 'credit_card', 'pending' FROM ordered;
INSERT INTO jobs (id, kind, run_at) VALUES (gen_random_uuid(), 'measured', now() + interval '1 year'), (gen_random_uuid(), 'measured', now() + interval '1 year');
INSERT INTO audit_log (id, action, subject_type) VALUES (gen_random_uuid(), 'order.place', 'order');
INSERT INTO idempotency_keys (caller_id, route, key, request_hash, status, body, expires_at) VALUES (gen_random_uuid(), 'measured', 'measured', '\x00', 201, '\x00', now() + interval '1 day');
COMMIT;
