DROP INDEX payment_days_time_zone_idx;
DROP INDEX transactions_currency_idx;
DROP INDEX transactions_disputed_idx;
DROP INDEX transactions_refunded_idx;
