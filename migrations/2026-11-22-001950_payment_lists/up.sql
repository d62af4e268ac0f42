-- What few payments have in common is found without reading the others, and the zone of the days without reading them.

CREATE INDEX transactions_refunded_idx ON transactions (created_at DESC, id DESC) WHERE refunded_amount > 0;
CREATE INDEX transactions_disputed_idx ON transactions (created_at DESC, id DESC) WHERE dispute_state IS NOT NULL;
CREATE INDEX transactions_currency_idx ON transactions (currency, created_at DESC, id DESC);
CREATE INDEX payment_days_time_zone_idx ON payment_days (time_zone);
