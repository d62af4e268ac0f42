-- Returns the same id as `id_of` in scale.rs. Kinds: 1 user, 2 eSIM, 3 plan, 4 price, 5 provider, 6 offer, 7 order,
-- 8 transaction, 9 bundle, 10 provisioning, 11 usage, 12 ticket, 13 message, 14 audit, 15 refund, 16 receipt.
CREATE FUNCTION pg_temp.seed_id(kind INTEGER, n BIGINT) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(1767225600000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$;
-- Returns the time of row n of `total` rows, which are spread evenly over the last `days`, oldest first.
CREATE FUNCTION pg_temp.seed_time(n BIGINT, total BIGINT, days INTEGER) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT :now - (total - n) * (days * interval '1 day' / total)
$$;
SET LOCAL synchronous_commit = off;
SET LOCAL work_mem = '128MB';
SET LOCAL statement_timeout = 0;
