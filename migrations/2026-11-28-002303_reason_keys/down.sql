ALTER TABLE pii_access_log DROP COLUMN detail;
DROP TABLE reason_keys;
