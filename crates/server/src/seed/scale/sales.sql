-- Orders. Order n belongs to sold eSIM e: the first order of an eSIM is its purchase, the others are top-ups.
CREATE TEMP TABLE seed_sales ON COMMIT DROP AS
SELECT n, pg_temp.seed_id(7, n) AS id, pg_temp.seed_id(8, n) AS payment, pg_temp.seed_id(2, e) AS esim_id, pg_temp.seed_id(1, 1 + e % :users) AS user_id,
       pg_temp.seed_id(3, 1 + e % 50) AS plan_id, n > :esims / 5 * 4 AS is_topup, 5 + (1 + e % 50) % 7 AS price, pg_temp.seed_time(n, :orders, 310) AS at,
       CASE WHEN e % 5 = 2 THEN 'EUR' ELSE 'USD' END AS currency,
       CASE WHEN n % 25 = 0 THEN 'cancelled' WHEN n % 200 = 1 THEN 'needs_review' ELSE 'fulfilled' END AS status
  FROM (SELECT n, s + (s - 1) / 4 AS e FROM (SELECT n, 1 + (n - 1) % (:esims / 5 * 4) AS s FROM generate_series(1, :orders) AS n) AS turns) AS numbered;

INSERT INTO orders (id, order_number, user_id, plan_id, kind, quantity, region, terms, unit_price, unit_cost, total_amount, currency, status, status_reason, esim_id, created_by,
                    expires_at, paid_at, fulfilled_at, cancelled_at, version, created_at, updated_at)
SELECT id, 'MSR-' || n, user_id, plan_id, (CASE WHEN is_topup THEN 'topup' ELSE 'new' END)::order_kind, 1, 'GLOBAL',
       '{"name": "5 GB for measuring", "data_limit_mb": "5000.00", "voice_minutes": 0, "sms_count": 0, "validity_days": 30, "regions": ["EUROPE"]}',
       price, price - 3, price, currency, status::order_status, CASE status WHEN 'needs_review' THEN 'No provider answered.' WHEN 'cancelled' THEN 'Not paid in time.' END,
       CASE WHEN is_topup THEN esim_id END, user_id, at + interval '30 minutes', CASE WHEN status <> 'cancelled' THEN at + interval '1 minute' END,
       CASE WHEN status = 'fulfilled' THEN at + interval '2 minutes' END, CASE WHEN status = 'cancelled' THEN at + interval '30 minutes' END, 3, at, at + interval '2 minutes'
  FROM seed_sales;

INSERT INTO esim_bundles (id, order_id, unit_no, esim_id, plan_id, status, total_bytes, used_bytes, starts_at, expires_at, created_at)
SELECT pg_temp.seed_id(9, n), id, 1, esim_id, plan_id, 'active', 5000000000, 1000000::bigint * (n % 4000), at + interval '1 day', at + interval '400 days', at
  FROM seed_sales WHERE status = 'fulfilled';

INSERT INTO audit_log (id, created_at, action, subject_type, subject_id, actor_id, actor_role, request_id)
SELECT pg_temp.seed_id(14, n), at, 'order.place', 'order', id, user_id, 'customer', 'seed' FROM seed_sales;
