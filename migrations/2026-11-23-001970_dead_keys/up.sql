-- What was given up is found by its key when a later try of the same has ended.

CREATE INDEX jobs_unique_key_idx ON jobs (unique_key) WHERE status = 'dead';
