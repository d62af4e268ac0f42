-- The record: integrators as actors, the chain that shows tampering, the history of settings, and a role for the
-- program that cannot rewrite any of it.

ALTER TABLE audit_log ADD COLUMN client_id UUID;       -- the integrator's client that acted
ALTER TABLE pii_access_log ADD COLUMN client_id UUID;
CREATE INDEX audit_log_client_id_idx ON audit_log (client_id, created_at DESC) WHERE client_id IS NOT NULL;
CREATE INDEX pii_access_log_client_id_idx ON pii_access_log (client_id, created_at DESC) WHERE client_id IS NOT NULL;

-- One link per entry of the two logs, in the order in which they were linked: a keyed hash over the link before
-- and the entry. The key is not in the database, so whoever edits, removes, adds or reorders entries here cannot
-- make the chain fit again. A job appends links every few seconds; chaining in the transaction of the act would
-- make all writers wait for each other.
CREATE TABLE audit_chain (
    seq        BIGINT PRIMARY KEY,
    log        VARCHAR(10) NOT NULL,                   -- 'audit' or 'access'
    entry_id   UUID NOT NULL,
    hash       BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT audit_chain_log_entry_id_key UNIQUE (log, entry_id),
    CONSTRAINT audit_chain_log_is_one CHECK (log IN ('audit', 'access')),
    CONSTRAINT audit_chain_counts_from_one CHECK (seq >= 1)
);
CREATE TRIGGER audit_chain_written_once BEFORE UPDATE ON audit_chain FOR EACH ROW EXECUTE FUNCTION refuse_update();

-- What a setting was set to, one row per version.
CREATE TABLE setting_history (
    id         UUID PRIMARY KEY,
    setting_id UUID NOT NULL REFERENCES system_settings (id),
    version    INTEGER NOT NULL,
    value      TEXT,
    changed_by UUID,                                   -- NULL = the system itself
    reason     TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT setting_history_setting_id_version_key UNIQUE (setting_id, version)
);
CREATE TRIGGER setting_history_written_once BEFORE UPDATE ON setting_history FOR EACH ROW EXECUTE FUNCTION refuse_update();

-- The program works as this role, whoever it connects as: it reads and writes rows, makes nothing and drops
-- nothing, and what is evidence it can only add to. Roles belong to the whole cluster, so another database of it
-- may have made this one already.
DO $$
BEGIN
    CREATE ROLE esim_admin_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('GRANT esim_admin_app TO %I', current_user);
END $$;
GRANT USAGE ON SCHEMA public TO esim_admin_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO esim_admin_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO esim_admin_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO esim_admin_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO esim_admin_app;
REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM esim_admin_app;
REVOKE UPDATE, DELETE ON audit_log, audit_chain, pii_access_log, setting_history, esim_state_history FROM esim_admin_app;
REVOKE DELETE ON users, orders, transactions, refunds FROM esim_admin_app;

-- Rows of a partition are reached through its table, whose rights count; its own would be a way round them.
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits JOIN pg_partitioned_table ON partrelid = inhparent LOOP
        EXECUTE format('REVOKE ALL ON %s FROM esim_admin_app', part);
    END LOOP;
END $$;

-- As before, but it runs with its owner's rights, because the program makes no tables; and it takes the default
-- rights away from what it makes.
CREATE OR REPLACE FUNCTION ensure_month_partitions(parent TEXT, from_month DATE, months INTEGER) RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
        EXECUTE format('REVOKE ALL ON %I FROM esim_admin_app', rest);
    END IF;

    FOR i IN 0 .. months - 1 LOOP
        month := (date_trunc('month', from_month::timestamp) + make_interval(months => i))::date;
        part  := parent || to_char(month, '"_"YYYY"_"MM');
        CONTINUE WHEN to_regclass(quote_ident(part)) IS NOT NULL;

        starts_at := month::timestamp AT TIME ZONE 'UTC';
        ends_at   := (month::timestamp + interval '1 month') AT TIME ZONE 'UTC';
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS)', part, parent);
        EXECUTE format('REVOKE ALL ON %I FROM esim_admin_app', part);
        EXECUTE format(
            'WITH moved AS (DELETE FROM %1$I WHERE %2$s >= %3$L AND %2$s < %4$L RETURNING %5$s)
             INSERT INTO %6$I (%5$s) SELECT %5$s FROM moved',
            rest, key, starts_at, ends_at, columns, part);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, starts_at, ends_at);
        added := added + 1;
    END LOOP;
    RETURN added;
END $$;
