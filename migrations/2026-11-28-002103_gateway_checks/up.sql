-- Until when the events of a payment gateway were asked for: the next check begins there.
CREATE TABLE gateway_checks (
    gateway    VARCHAR(50) PRIMARY KEY,
    checked_to TIMESTAMPTZ NOT NULL
);
