ALTER TABLE users DROP COLUMN email_changed_at;
DROP TABLE sign_in_origins;
