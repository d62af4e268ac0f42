-- Daily counts of analytics events. A day is counted again as a whole from its events, so repeating changes nothing.
CREATE TABLE event_days (
    day        DATE NOT NULL,
    event_type VARCHAR(100) NOT NULL,
    time_zone  VARCHAR(50) NOT NULL,
    events     BIGINT NOT NULL,
    counted_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT event_days_key PRIMARY KEY (day, event_type),
    CONSTRAINT event_days_events_positive CHECK (events > 0)
);

-- The users and visitors of a day, so that a range counts each of them once.
CREATE TABLE event_day_users (
    day        DATE NOT NULL,
    event_type VARCHAR(100) NOT NULL,
    person     UUID NOT NULL,                          -- a user, or the random ID of a visitor
    is_visitor BOOLEAN NOT NULL,
    CONSTRAINT event_day_users_key PRIMARY KEY (day, event_type, person, is_visitor)
);

-- Events that were sent on a later day than they happened: the start of the hour, whose day is counted again.
CREATE TABLE event_changes (
    hour TIMESTAMPTZ PRIMARY KEY
);
