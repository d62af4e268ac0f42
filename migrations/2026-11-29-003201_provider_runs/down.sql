DROP TABLE provider_runs;
DROP TYPE provider_run_status;
DROP TYPE provider_run_kind;
