-- One reading per eSIM and day, up to yesterday.
INSERT INTO esim_data_usage (id, esim_id, used_bytes, limit_bytes, period_start, period_end, recorded_at)
SELECT pg_temp.seed_id(11, (day - 1) * :esims + n), pg_temp.seed_id(2, n), 1000000 * ((n * 31 + day * 17) % 180), 5000000000, start, start + interval '1 day', start + interval '23 hours'
  FROM generate_series(1, :readings) AS day
 CROSS JOIN LATERAL (SELECT date_trunc('day', :now, 'UTC') - (:readings - day + 1) * interval '1 day' AS start) AS days
 CROSS JOIN generate_series(1, :esims) AS n;
