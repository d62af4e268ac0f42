-- How often a worker has died over a job: that is no failure of the job's own, and does not put it off.

ALTER TABLE jobs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0 CHECK (deaths >= 0);
