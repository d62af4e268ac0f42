-- Support: support_tickets, ticket_messages, knowledge_base.

CREATE TYPE ticket_priority AS ENUM ('low', 'medium', 'high', 'urgent');
CREATE TYPE ticket_status AS ENUM ('open', 'in_progress', 'resolved', 'closed');

CREATE TABLE support_tickets (
    id                UUID PRIMARY KEY,
    ticket_number     VARCHAR(20) NOT NULL UNIQUE,
    user_id           UUID NOT NULL REFERENCES users (id),
    assigned_to       UUID REFERENCES users (id),
    esim_id           UUID REFERENCES esims (id),
    transaction_id    UUID REFERENCES transactions (id),
    subject           VARCHAR(255) NOT NULL,
    description       TEXT NOT NULL,
    priority          ticket_priority NOT NULL DEFAULT 'medium',
    status            ticket_status NOT NULL DEFAULT 'open',
    category          VARCHAR(50),
    reopened_count    INTEGER NOT NULL DEFAULT 0,
    first_response_at TIMESTAMPTZ,
    resolved_at       TIMESTAMPTZ,
    closed_at         TIMESTAMPTZ,
    archived_at       TIMESTAMPTZ,
    version           INTEGER NOT NULL DEFAULT 1,
    created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at        TIMESTAMPTZ,
    CONSTRAINT support_tickets_reopened_not_negative CHECK (reopened_count >= 0),
    CONSTRAINT support_tickets_resolved_has_a_time CHECK (status <> 'resolved' OR resolved_at IS NOT NULL),
    CONSTRAINT support_tickets_closed_has_a_time CHECK (status <> 'closed' OR closed_at IS NOT NULL),
    CONSTRAINT support_tickets_archived_is_closed CHECK (archived_at IS NULL OR status = 'closed')
);
CREATE SEQUENCE ticket_number_seq START 100001 OWNED BY support_tickets.ticket_number;
ALTER TABLE support_tickets ALTER COLUMN ticket_number SET DEFAULT 'TKT-' || nextval('ticket_number_seq');
CREATE INDEX support_tickets_user_id_idx ON support_tickets (user_id, created_at DESC, id DESC);
CREATE INDEX support_tickets_assigned_to_idx ON support_tickets (assigned_to, created_at DESC, id DESC);
CREATE INDEX support_tickets_esim_id_idx ON support_tickets (esim_id);
CREATE INDEX support_tickets_transaction_id_idx ON support_tickets (transaction_id);
CREATE INDEX support_tickets_status_idx ON support_tickets (status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX support_tickets_priority_idx ON support_tickets (priority, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX support_tickets_created_at_idx ON support_tickets (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER support_tickets_updated_at BEFORE UPDATE ON support_tickets FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- sender_id is NULL for a message the system wrote. attachments names stored objects, never public addresses.
CREATE TABLE ticket_messages (
    id          UUID PRIMARY KEY,
    ticket_id   UUID NOT NULL REFERENCES support_tickets (id),
    sender_id   UUID REFERENCES users (id),
    message     TEXT NOT NULL,
    attachments JSONB,
    is_internal BOOLEAN NOT NULL DEFAULT false,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at  TIMESTAMPTZ,
    CONSTRAINT ticket_messages_attachments_are_a_list CHECK (jsonb_typeof(attachments) = 'array')
);
CREATE INDEX ticket_messages_ticket_id_idx ON ticket_messages (ticket_id, created_at, id);
CREATE INDEX ticket_messages_sender_id_idx ON ticket_messages (sender_id);
CREATE INDEX ticket_messages_created_at_idx ON ticket_messages (created_at DESC, id DESC);

CREATE TABLE knowledge_base (
    id           UUID PRIMARY KEY,
    title        VARCHAR(255) NOT NULL,
    slug         VARCHAR(255) NOT NULL,
    content      TEXT NOT NULL,                        -- Markdown
    category     VARCHAR(100),
    tags         JSONB,
    views        INTEGER NOT NULL DEFAULT 0,
    is_published BOOLEAN NOT NULL DEFAULT false,
    author_id    UUID REFERENCES users (id),
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at   TIMESTAMPTZ,
    CONSTRAINT knowledge_base_views_not_negative CHECK (views >= 0),
    CONSTRAINT knowledge_base_tags_are_texts CHECK (
        jsonb_typeof(tags) = 'array' AND NOT jsonb_path_exists(tags, '$[*] ? (@.type() != "string")'))
);
CREATE UNIQUE INDEX knowledge_base_slug_key ON knowledge_base (slug) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_category_idx ON knowledge_base (category, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_is_published_idx ON knowledge_base (is_published, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_created_at_idx ON knowledge_base (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX knowledge_base_author_id_idx ON knowledge_base (author_id);
CREATE INDEX knowledge_base_tags_idx ON knowledge_base USING gin (tags);
CREATE TRIGGER knowledge_base_updated_at BEFORE UPDATE ON knowledge_base FOR EACH ROW EXECUTE FUNCTION set_updated_at();
