INSERT INTO orders (id, order_number, user_id, plan_id, kind, quantity, region, terms, unit_price, unit_cost, total_amount, currency, status, expires_at)
SELECT (lpad(to_hex(1767225600000 + n), 12, '0') || '70078' || lpad(to_hex(n), 15, '0'))::uuid, 'PND-' || n, (SELECT id FROM users WHERE role = 'customer' ORDER BY id LIMIT 1), (SELECT id FROM plans ORDER BY id LIMIT 1),
       'new', 1, 'GLOBAL', '{"name": "5 GB for measuring"}', 5, 2, 5, 'USD', 'pending_payment', now() + interval '30 minutes'
  FROM generate_series(:base + 1::bigint, :base + :count::bigint) AS n;
INSERT INTO transactions (id, order_id, user_id, plan_id, amount, total_amount, payment_method, payment_gateway, gateway_transaction_id, status)
SELECT (lpad(to_hex(1767225600000 + n), 12, '0') || '70088' || lpad(to_hex(n), 15, '0'))::uuid, orders.id, user_id, plan_id, 5, 5, 'credit_card', 'stripe', 'cs_bench_' || n, 'pending'
  FROM generate_series(:base + 1::bigint, :base + :count::bigint) AS n JOIN orders ON orders.id = (lpad(to_hex(1767225600000 + n), 12, '0') || '70078' || lpad(to_hex(n), 15, '0'))::uuid;
ANALYZE orders, transactions;
