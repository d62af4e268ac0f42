-- Support tickets. Customers write what they like into a ticket, so its texts are sealed like personal data, and blind
-- tokens make them searchable. No release has written these tables, so the few texts there may be are not sealed later.

CREATE TYPE ticket_channel AS ENUM ('panel', 'api', 'email');

-- TCK-2026-000123. The sequence is never reset, so a number is unique in every year.
ALTER SEQUENCE ticket_number_seq OWNED BY NONE START 1 RESTART;
CREATE FUNCTION next_ticket_number() RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
    number TEXT := nextval('ticket_number_seq')::text;
BEGIN
    RETURN 'TCK-' || to_char(now() AT TIME ZONE 'UTC', 'YYYY') || '-' || lpad(number, greatest(6, length(number)), '0');
END $$;

ALTER TABLE support_tickets
    ALTER COLUMN ticket_number SET DEFAULT next_ticket_number(),
    ALTER COLUMN subject TYPE BYTEA USING convert_to(subject, 'UTF8'),
    ALTER COLUMN description TYPE BYTEA USING convert_to(description, 'UTF8'),
    ADD COLUMN order_id        UUID REFERENCES orders (id),
    ADD COLUMN channel         ticket_channel NOT NULL DEFAULT 'panel',
    ADD COLUMN tags            JSONB NOT NULL DEFAULT '[]',
    ADD COLUMN search_tokens   BIGINT[] NOT NULL DEFAULT '{}',
    -- The ticket that this one was merged into. Its number leads there.
    ADD COLUMN merged_into_id  UUID REFERENCES support_tickets (id),
    -- The ticket that this one continues: a reply to a closed ticket, or a part that was split off.
    ADD COLUMN follows_id      UUID REFERENCES support_tickets (id),
    -- Since when the ticket waits for an answer of the customer.
    ADD COLUMN waiting_since   TIMESTAMPTZ,
    -- When the next clock of the service level is due; null while no clock runs. By this column lists sort.
    ADD COLUMN next_due_at     TIMESTAMPTZ,
    ADD COLUMN last_message_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    ADD COLUMN priority_rank   INTEGER NOT NULL GENERATED ALWAYS AS (
        CASE priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END) STORED,
    ADD CONSTRAINT support_tickets_tags_are_texts CHECK (
        jsonb_typeof(tags) = 'array' AND NOT jsonb_path_exists(tags, '$[*] ? (@.type() != "string")')),
    ADD CONSTRAINT support_tickets_tokens_are_not_null CHECK (array_position(search_tokens, NULL) IS NULL),
    ADD CONSTRAINT support_tickets_merged_is_closed CHECK (merged_into_id IS NULL OR (status = 'closed' AND merged_into_id <> id)),
    ADD CONSTRAINT support_tickets_waiting_is_open CHECK (waiting_since IS NULL OR status IN ('open', 'in_progress'));
CREATE INDEX support_tickets_order_id_idx ON support_tickets (order_id);
CREATE INDEX support_tickets_merged_into_id_idx ON support_tickets (merged_into_id);
CREATE INDEX support_tickets_follows_id_idx ON support_tickets (follows_id);
CREATE INDEX support_tickets_tags_idx ON support_tickets USING gin (tags);
CREATE INDEX support_tickets_search_tokens_idx ON support_tickets USING gin (search_tokens);
CREATE INDEX support_tickets_next_due_at_idx ON support_tickets (next_due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX support_tickets_last_message_at_idx ON support_tickets (last_message_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX support_tickets_priority_rank_idx ON support_tickets (priority_rank DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX support_tickets_waiting_since_idx ON support_tickets (waiting_since, id) WHERE waiting_since IS NOT NULL;
-- The jobs that close resolved tickets and archive closed ones.
CREATE INDEX support_tickets_resolved_idx ON support_tickets (resolved_at) WHERE status = 'resolved';
CREATE INDEX support_tickets_closed_idx ON support_tickets (closed_at) WHERE status = 'closed' AND archived_at IS NULL;

ALTER TABLE ticket_messages
    ALTER COLUMN message TYPE BYTEA USING convert_to(message, 'UTF8'),
    ADD COLUMN channel       ticket_channel NOT NULL DEFAULT 'panel',
    ADD COLUMN search_tokens BIGINT[] NOT NULL DEFAULT '{}',
    -- The staff members that an internal note mentions.
    ADD COLUMN mentions      JSONB NOT NULL DEFAULT '[]',
    ADD CONSTRAINT ticket_messages_tokens_are_not_null CHECK (array_position(search_tokens, NULL) IS NULL);
CREATE INDEX ticket_messages_search_tokens_idx ON ticket_messages USING gin (search_tokens);
CREATE INDEX ticket_messages_mentions_idx ON ticket_messages USING gin (mentions);

-- Attached files, stored sealed outside the database. A file belongs to its uploader until a message takes it.
CREATE TABLE ticket_attachments (
    id           UUID PRIMARY KEY,
    ticket_id    UUID NOT NULL REFERENCES support_tickets (id),
    message_id   UUID REFERENCES ticket_messages (id),
    storage_key  TEXT NOT NULL,
    file_name    BYTEA,
    content_type VARCHAR(100) NOT NULL,
    byte_size    BIGINT NOT NULL,
    uploaded_by  UUID REFERENCES users (id),
    client_id    UUID REFERENCES api_clients (id),
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at   TIMESTAMPTZ,
    CONSTRAINT ticket_attachments_size_is_positive CHECK (byte_size > 0)
);
CREATE INDEX ticket_attachments_ticket_id_idx ON ticket_attachments (ticket_id);
CREATE INDEX ticket_attachments_message_id_idx ON ticket_attachments (message_id);
CREATE INDEX ticket_attachments_uploaded_by_idx ON ticket_attachments (uploaded_by);
CREATE INDEX ticket_attachments_client_id_idx ON ticket_attachments (client_id);
CREATE INDEX ticket_attachments_unused_idx ON ticket_attachments (created_at) WHERE message_id IS NULL;

-- Who views a ticket or writes a reply. A row counts for some seconds after its last signal.
CREATE TABLE ticket_presence (
    ticket_id UUID NOT NULL REFERENCES support_tickets (id),
    user_id   UUID NOT NULL REFERENCES users (id),
    is_typing BOOLEAN NOT NULL,
    seen_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (ticket_id, user_id)
);
CREATE INDEX ticket_presence_user_id_idx ON ticket_presence (user_id);

-- The customer's rating of a resolved ticket. The comment is sealed.
CREATE TABLE ticket_ratings (
    ticket_id  UUID PRIMARY KEY REFERENCES support_tickets (id),
    score      INTEGER NOT NULL,
    comment    BYTEA,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT ticket_ratings_score_is_one_to_five CHECK (score BETWEEN 1 AND 5)
);
