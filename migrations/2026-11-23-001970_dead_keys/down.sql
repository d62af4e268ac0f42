DROP INDEX jobs_unique_key_idx;
