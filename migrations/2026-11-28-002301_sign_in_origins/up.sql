-- Where each account has signed in before: a browser with our device cookie, or a network. The keys are keyed hashes,
-- so the table tells neither. Sign-in from a known origin is throttled on a counter of its own, so that somebody who
-- guesses from elsewhere does not lock the owner out.
CREATE TABLE sign_in_origins (
    key          BYTEA PRIMARY KEY,                    -- keyed hash of the account and the origin
    user_id      UUID NOT NULL REFERENCES users (id),
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_used_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_origins_user_id_idx ON sign_in_origins (user_id);
CREATE INDEX sign_in_origins_last_used_at_idx ON sign_in_origins (last_used_at);

-- When somebody else changed the email address. For a while no password link is sent to the new one.
ALTER TABLE users ADD COLUMN email_changed_at TIMESTAMPTZ;
