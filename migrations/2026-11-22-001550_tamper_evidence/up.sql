-- Tamper evidence: a seal on every entry of the two logs, and a way to seal values anew without touching their times.

-- A keyed hash over the whole entry, made by the program when it writes it. Without the key, which is not in the
-- database, nobody can add an entry that looks like one of the program's, nor change one. That none is missing is
-- what audit_chain shows. NULL = written by something that has no key.
ALTER TABLE audit_log ADD COLUMN seal BYTEA;
ALTER TABLE pii_access_log ADD COLUMN seal BYTEA;

-- All that one request did, and all acts of one kind by the beginning of their name (LIKE 'order.%').
CREATE INDEX audit_log_request_id_idx ON audit_log (request_id, created_at DESC) WHERE request_id IS NOT NULL;
CREATE INDEX pii_access_log_request_id_idx ON pii_access_log (request_id, created_at DESC) WHERE request_id IS NOT NULL;
CREATE INDEX pii_access_log_field_idx ON pii_access_log (field, created_at DESC);
DROP INDEX audit_log_action_idx;
CREATE INDEX audit_log_action_idx ON audit_log (action varchar_pattern_ops, created_at DESC);

-- As before; but sealing a value anew under another key is no change of what it says.
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at
        AND current_setting('esim_admin.resealing', true) IS DISTINCT FROM 'on' THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
