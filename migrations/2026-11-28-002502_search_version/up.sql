-- How the search tokens of a person were made. SQL cannot open sealed names, so a job makes those anew that are of an
-- older version; rows that are written from now on are of version 1.
ALTER TABLE users ADD COLUMN search_version SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE users ALTER COLUMN search_version SET DEFAULT 1;
