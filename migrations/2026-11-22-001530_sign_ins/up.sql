-- The list of people by their last sign-in, the longest ago first. Read backwards, the index for the latest first
-- would begin with those who never signed in.
CREATE INDEX users_last_login_oldest_idx ON users (last_login ASC NULLS LAST, id ASC) WHERE deleted_at IS NULL;
