-- Plans and prices; then times for the copied users, and times, owners and plans for the copied eSIMs.
INSERT INTO plans (id, name, data_limit_mb, validity_days, regions, created_at, updated_at)
SELECT pg_temp.seed_id(3, n), (1 + n % 20) || ' GB for measuring, no. ' || n, 1000 * (1 + n % 20), 30, '["EUROPE"]', pg_temp.seed_time(n, 50, 300), pg_temp.seed_time(n, 50, 300)
  FROM generate_series(1, 50) AS n;

INSERT INTO plan_pricing (id, plan_id, region, cost_price, selling_price, currency, effective_from, created_at)
SELECT pg_temp.seed_id(4, n), pg_temp.seed_id(3, n), 'GLOBAL', 2 + n % 7, 5 + n % 7, 'USD', :now - interval '300 days', :now - interval '300 days'
  FROM generate_series(1, 50) AS n;

UPDATE users SET created_at = pg_temp.seed_time(n, :users, 320), updated_at = pg_temp.seed_time(n, :users, 320)
  FROM generate_series(1, :users) AS n WHERE id = pg_temp.seed_id(1, n);

-- Four of five eSIMs are sold, and three of four sold eSIMs are in use.
UPDATE esims SET
    plan_id = pg_temp.seed_id(3, 1 + n % 50),
    user_id = CASE WHEN n % 5 > 0 THEN pg_temp.seed_id(1, 1 + n % :users) END,
    status = (CASE WHEN n % 5 = 0 THEN 'available' WHEN n % 4 > 0 THEN 'active' WHEN n % 8 = 0 THEN 'expired' ELSE 'suspended' END)::esim_status,
    profile_state = (CASE WHEN n % 5 = 0 THEN 'released' WHEN n % 4 > 0 THEN 'enabled' ELSE 'disabled' END)::profile_state,
    assigned_at = CASE WHEN n % 5 > 0 THEN pg_temp.seed_time(n, :esims, 320) END,
    activated_at = CASE WHEN n % 5 > 0 THEN pg_temp.seed_time(n, :esims, 320) + interval '1 day' END,
    expires_at = CASE WHEN n % 5 > 0 THEN pg_temp.seed_time(n, :esims, 320) + interval '400 days' END,
    created_at = pg_temp.seed_time(n, :esims, 320), updated_at = pg_temp.seed_time(n, :esims, 320)
  FROM generate_series(1, :esims) AS n WHERE id = pg_temp.seed_id(2, n);
