-- Service levels: how soon staff respond to a ticket and resolve it, in business hours.

CREATE TABLE sla_policies (
    id         UUID PRIMARY KEY,
    zone       VARCHAR(64) NOT NULL,
    hours      JSONB NOT NULL,
    holidays   JSONB NOT NULL DEFAULT '[]',
    targets    JSONB NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
-- There is one policy.
CREATE UNIQUE INDEX sla_policies_single_key ON sla_policies ((true));
CREATE TRIGGER sla_policies_updated_at BEFORE UPDATE ON sla_policies FOR EACH ROW EXECUTE FUNCTION set_updated_at();
INSERT INTO sla_policies (id, zone, hours, targets) VALUES (
    gen_random_uuid(), 'UTC',
    '{"mon": [{"from": "09:00", "to": "18:00"}], "tue": [{"from": "09:00", "to": "18:00"}], "wed": [{"from": "09:00", "to": "18:00"}], "thu": [{"from": "09:00", "to": "18:00"}], "fri": [{"from": "09:00", "to": "18:00"}], "sat": [], "sun": []}',
    '{"urgent": {"first_response": 60, "resolution": 480}, "high": {"first_response": 120, "resolution": 960}, "medium": {"first_response": 480, "resolution": 1440}, "low": {"first_response": 960, "resolution": 2880}}');

-- The two clocks of a ticket.
CREATE TABLE ticket_clocks (
    ticket_id              UUID PRIMARY KEY REFERENCES support_tickets (id),
    started_at             TIMESTAMPTZ NOT NULL,
    -- Objects with `from` and `to`; the end of a pause that lasts is null.
    pauses                 JSONB NOT NULL DEFAULT '[]',
    response_minutes       INTEGER NOT NULL,
    response_due_at        TIMESTAMPTZ,
    response_stopped_at    TIMESTAMPTZ,
    response_breached_at   TIMESTAMPTZ,
    resolution_minutes     INTEGER NOT NULL,
    resolution_due_at      TIMESTAMPTZ,
    resolution_stopped_at  TIMESTAMPTZ,
    resolution_breached_at TIMESTAMPTZ,
    -- When the next clock that is not breached yet becomes due.
    breach_at              TIMESTAMPTZ,
    CONSTRAINT ticket_clocks_pauses_are_a_list CHECK (jsonb_typeof(pauses) = 'array'),
    CONSTRAINT ticket_clocks_targets_are_positive CHECK (response_minutes > 0 AND resolution_minutes > 0)
);
CREATE INDEX ticket_clocks_breach_at_idx ON ticket_clocks (breach_at) WHERE breach_at IS NOT NULL;
