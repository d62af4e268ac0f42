CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
DROP INDEX audit_log_action_idx;
CREATE INDEX audit_log_action_idx ON audit_log (action, created_at DESC);
DROP INDEX pii_access_log_field_idx;
DROP INDEX pii_access_log_request_id_idx;
DROP INDEX audit_log_request_id_idx;
ALTER TABLE pii_access_log DROP COLUMN seal;
ALTER TABLE audit_log DROP COLUMN seal;
