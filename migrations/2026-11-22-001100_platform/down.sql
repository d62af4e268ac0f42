DROP TABLE pii_access_log;
DROP TABLE audit_log;
DROP TABLE idempotency_keys;
DROP TABLE jobs;
DROP FUNCTION jobs_notify();
DROP TYPE job_status;
