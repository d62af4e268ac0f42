-- Messaging: email_templates, notifications.

CREATE TYPE template_type AS ENUM ('welcome', 'purchase', 'activation', 'expiry', 'payment');
CREATE TYPE notification_type AS ENUM ('email', 'sms', 'push', 'in_app');
CREATE TYPE notification_status AS ENUM ('pending', 'sent', 'failed', 'read');

-- Five types are too few for the events there are, so event_key names the event and template_type the family.
-- version is raised by every edit: it is the ETag, and it tells which text a notification was made from.
CREATE TABLE email_templates (
    id            UUID PRIMARY KEY,
    name          VARCHAR(100) NOT NULL,
    subject       VARCHAR(255) NOT NULL,
    body_html     TEXT NOT NULL,
    body_text     TEXT,
    template_type template_type NOT NULL,
    event_key     VARCHAR(60),                         -- such as order.delivered; NULL = sent by hand only
    locale        VARCHAR(10) NOT NULL DEFAULT 'en',
    variables     JSONB,
    is_active     BOOLEAN NOT NULL DEFAULT true,
    version       INTEGER NOT NULL DEFAULT 1,
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at    TIMESTAMPTZ,
    CONSTRAINT email_templates_variables_are_texts CHECK (
        jsonb_typeof(variables) = 'array' AND NOT jsonb_path_exists(variables, '$[*] ? (@.type() != "string")'))
);
CREATE UNIQUE INDEX email_templates_name_key ON email_templates (name) WHERE deleted_at IS NULL;
-- An event finds exactly one text per language.
CREATE UNIQUE INDEX email_templates_event_locale_key ON email_templates (event_key, locale) WHERE is_active AND deleted_at IS NULL;
CREATE INDEX email_templates_template_type_idx ON email_templates (template_type, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX email_templates_created_at_idx ON email_templates (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER email_templates_updated_at BEFORE UPDATE ON email_templates FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- message and message_html are sealed: a delivery mail carries an activation code, which is never in plain in
-- the database; the destination is sealed as personal data. The subject is plain, and never carries a code.
-- read_at is the truth for "read": the status `read` would overwrite whether the message had been sent.
-- Not partitioned: dedupe_key must be unique across all months, which a partitioned table cannot promise, and
-- retention here goes by when a row was read, not by the month it was made.
CREATE TABLE notifications (
    id                  UUID PRIMARY KEY,
    user_id             UUID NOT NULL REFERENCES users (id),
    type                notification_type NOT NULL,
    template_id         UUID REFERENCES email_templates (id),
    order_id            UUID REFERENCES orders (id),
    esim_id             UUID REFERENCES esims (id),
    destination         BYTEA,                         -- NULL = shown in the panel only
    subject             VARCHAR(255),
    message             BYTEA NOT NULL,
    message_html        BYTEA,
    status              notification_status NOT NULL DEFAULT 'pending',
    attempts            INTEGER NOT NULL DEFAULT 0,
    last_error          TEXT,
    provider_message_id VARCHAR(255),
    dedupe_key          VARCHAR(200) UNIQUE,
    sent_at             TIMESTAMPTZ,
    read_at             TIMESTAMPTZ,
    created_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT notifications_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT notifications_sent_has_a_time CHECK (status <> 'sent' OR sent_at IS NOT NULL),
    CONSTRAINT notifications_read_has_a_time CHECK (status <> 'read' OR read_at IS NOT NULL)
);
CREATE INDEX notifications_user_id_idx ON notifications (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_template_id_idx ON notifications (template_id);
CREATE INDEX notifications_order_id_idx ON notifications (order_id);
CREATE INDEX notifications_esim_id_idx ON notifications (esim_id);
CREATE INDEX notifications_type_idx ON notifications (type, created_at DESC, id DESC);
CREATE INDEX notifications_status_idx ON notifications (status, created_at DESC, id DESC);
CREATE INDEX notifications_created_at_idx ON notifications (created_at DESC, id DESC);
CREATE INDEX notifications_provider_message_id_idx ON notifications (provider_message_id);
-- What retention deletes, and when: 90 days after this, never while pending.
CREATE INDEX notifications_retention_idx ON notifications (coalesce(read_at, sent_at, created_at)) WHERE status <> 'pending';
