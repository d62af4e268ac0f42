-- Emails of customers to support. The raw email is stored sealed until a job has read it.

CREATE TYPE inbound_email_status AS ENUM ('received', 'processed', 'ignored', 'failed');

CREATE TABLE inbound_emails (
    id           UUID PRIMARY KEY,
    -- A keyed hash of the Message-ID, or of the whole email without one: an email that arrives twice is stored once.
    message_key  BYTEA NOT NULL,
    content      BYTEA,
    status       inbound_email_status NOT NULL DEFAULT 'received',
    -- Why the email was ignored.
    detail       VARCHAR(200),
    ticket_id    UUID REFERENCES support_tickets (id),
    received_at  TIMESTAMPTZ NOT NULL,
    processed_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX inbound_emails_message_key_key ON inbound_emails (message_key);
CREATE INDEX inbound_emails_ticket_id_idx ON inbound_emails (ticket_id);
CREATE INDEX inbound_emails_received_at_idx ON inbound_emails (received_at DESC, id DESC);

-- The Message-IDs of a ticket, received and sent: an answer names one of them. The key is a keyed hash; the ID itself is
-- sealed, because it can name a person.
CREATE TABLE ticket_message_ids (
    message_key BYTEA PRIMARY KEY,
    ticket_id   UUID NOT NULL REFERENCES support_tickets (id),
    message_id  BYTEA NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX ticket_message_ids_ticket_id_idx ON ticket_message_ids (ticket_id);

-- The headers that thread an email: its own Message-ID, those that it answers, and the address for answers. Sealed,
-- because a Message-ID can name a person.
ALTER TABLE notifications ADD COLUMN headers BYTEA;
