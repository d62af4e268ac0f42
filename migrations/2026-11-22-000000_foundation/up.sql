-- What every later migration stands on: two extensions that ship with PostgreSQL, and three functions.

-- btree_gist: equality beside a range in the exclusion constraint on plan_pricing.
-- pg_trgm: "contains" searches by plan name and ICCID without reading the whole table.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Keeps updated_at honest for writers that forget it. A writer that sets the column itself is believed.
CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

-- For rows that are evidence: they are written once and never rewritten.
CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never rewritten', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
END $$;

-- Makes the default partition and the monthly partitions of a table ranged over one TIMESTAMPTZ column,
-- and answers how many months it added. Months begin at midnight UTC whatever the session's time zone is.
-- Safe to repeat. A month whose rows already sit in the default partition takes them over: the new table is
-- filled first and attached second, because PostgreSQL refuses a partition that would leave its rows behind.
CREATE FUNCTION ensure_month_partitions(parent TEXT, from_month DATE, months INTEGER) RETURNS INTEGER
LANGUAGE plpgsql AS $$
DECLARE
    rest      TEXT := parent || '_default';
    key       TEXT;
    columns   TEXT;
    month     DATE;
    part      TEXT;
    starts_at TIMESTAMPTZ;
    ends_at   TIMESTAMPTZ;
    added     INTEGER := 0;
BEGIN
    SELECT quote_ident(a.attname) INTO STRICT key
      FROM pg_partitioned_table p
      JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
     WHERE p.partrelid = parent::regclass;

    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO STRICT columns
      FROM pg_attribute
     WHERE attrelid = parent::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';

    IF to_regclass(quote_ident(rest)) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', rest, parent);
    END IF;

    FOR i IN 0 .. months - 1 LOOP
        month := (date_trunc('month', from_month::timestamp) + make_interval(months => i))::date;
        part  := parent || to_char(month, '"_"YYYY"_"MM');
        CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;

        starts_at := month::timestamp AT TIME ZONE 'UTC';
        ends_at   := (month::timestamp + interval '1 month') AT TIME ZONE 'UTC';
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS)', part, parent);
        EXECUTE format(
            'WITH moved AS (DELETE FROM %1$I WHERE %2$s >= %3$L AND %2$s < %4$L RETURNING %5$s)
             INSERT INTO %6$I (%5$s) SELECT %5$s FROM moved',
            rest, key, starts_at, ends_at, columns, part);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, starts_at, ends_at);
        added := added + 1;
    END LOOP;
    RETURN added;
END $$;

-- The months a fresh database starts with: from January 2026 to three months after today.
CREATE FUNCTION ensure_first_partitions(parent TEXT) RETURNS INTEGER LANGUAGE sql AS $$
    SELECT ensure_month_partitions(
        parent, DATE '2026-01-01',
        ((extract(year FROM now() AT TIME ZONE 'UTC') - 2026) * 12 + extract(month FROM now() AT TIME ZONE 'UTC') + 3)::integer)
$$;
