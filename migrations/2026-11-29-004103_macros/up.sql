-- Prepared replies with actions, and rules for new tickets.

CREATE TABLE ticket_macros (
    id         UUID PRIMARY KEY,
    name       VARCHAR(100) NOT NULL,
    reply      TEXT,
    note       TEXT,
    actions    JSONB NOT NULL DEFAULT '[]',
    version    INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at TIMESTAMPTZ,
    CONSTRAINT ticket_macros_actions_are_a_list CHECK (jsonb_typeof(actions) = 'array')
);
CREATE UNIQUE INDEX ticket_macros_name_key ON ticket_macros (lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX ticket_macros_list_idx ON ticket_macros (name, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_macros_created_at_idx ON ticket_macros (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE TRIGGER ticket_macros_updated_at BEFORE UPDATE ON ticket_macros FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE ticket_rules (
    id         UUID PRIMARY KEY,
    name       VARCHAR(100) NOT NULL,
    position   INTEGER NOT NULL,
    is_active  BOOLEAN NOT NULL DEFAULT true,
    conditions JSONB NOT NULL,
    actions    JSONB NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at TIMESTAMPTZ
);
CREATE INDEX ticket_rules_position_idx ON ticket_rules (position, id) WHERE deleted_at IS NULL;
CREATE TRIGGER ticket_rules_updated_at BEFORE UPDATE ON ticket_rules FOR EACH ROW EXECUTE FUNCTION set_updated_at();
