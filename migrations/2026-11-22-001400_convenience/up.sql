-- Convenience and fairness: views of lists that people have saved, and the limits of how often somebody may ask.

CREATE TYPE view_audience AS ENUM ('mine', 'role', 'everyone');

-- A list as somebody likes it: the part of its address behind the question mark. Shared with a role or with
-- everyone, or nobody's but its owner's.
CREATE TABLE saved_views (
    id         UUID PRIMARY KEY,
    owner_id   UUID NOT NULL REFERENCES users (id),
    list       VARCHAR(60) NOT NULL,                   -- the list's address, such as /accounts/users
    name       VARCHAR(60) NOT NULL,
    query      VARCHAR(2000) NOT NULL,
    audience   view_audience NOT NULL,
    role       user_role,
    is_default BOOLEAN NOT NULL DEFAULT false,         -- what the list opens with, for its audience
    version    INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT saved_views_role_names_one CHECK ((audience = 'role') = (role IS NOT NULL))
);
CREATE INDEX saved_views_owner_id_idx ON saved_views (owner_id);
CREATE INDEX saved_views_list_idx ON saved_views (list, created_at, id);
-- One default for each of those whom it may concern.
CREATE UNIQUE INDEX saved_views_my_default_key ON saved_views (list, owner_id) WHERE is_default AND audience = 'mine';
CREATE UNIQUE INDEX saved_views_role_default_key ON saved_views (list, role) WHERE is_default AND audience = 'role';
CREATE UNIQUE INDEX saved_views_default_key ON saved_views (list) WHERE is_default AND audience = 'everyone';
CREATE TRIGGER saved_views_updated_at BEFORE UPDATE ON saved_views FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- Token buckets, one per caller and kind of request: a bucket is full again at full_at. Servers draw from it in
-- portions. Not logged: what a crash forgets is somebody's having asked too often.
CREATE UNLOGGED TABLE rate_limits (
    key     BYTEA PRIMARY KEY,
    full_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rate_limits_full_at_idx ON rate_limits (full_at);
