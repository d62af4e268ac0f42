DROP INDEX provisioning_jobs_from_stock_idx;
DROP TABLE stock_thresholds;
