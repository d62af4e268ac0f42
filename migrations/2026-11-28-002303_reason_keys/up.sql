-- A reason is free text and may name a person, and the logs that keep it can only be added to. The reason of an entry
-- about a person, or about something of theirs, is therefore encrypted with a key that is derived from the secret of
-- this row. Erasing the person deletes the row: the entry and its seal stay, the text cannot be read any more.
CREATE TABLE reason_keys (
    subject_type VARCHAR(60) NOT NULL,
    subject_id   UUID NOT NULL,
    secret       BYTEA NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (subject_type, subject_id),
    CONSTRAINT reason_keys_secret_is_long CHECK (octet_length(secret) = 32)
);

-- How much was read at once: the rows of an export, and what it was narrowed by.
ALTER TABLE pii_access_log ADD COLUMN detail JSONB;
