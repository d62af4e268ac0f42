-- Lost disputes are money that went back: by day, apart from refunds.
ALTER TABLE payment_days
    ADD COLUMN chargebacks       INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN chargeback_amount NUMERIC(14, 2) NOT NULL DEFAULT 0;
CREATE INDEX disputes_lost_idx ON disputes (closed_at) WHERE state = 'lost';
CREATE INDEX disputes_currency_idx ON disputes (currency, created_at DESC, id DESC);
-- Refunds made at the gateway count while their case is open.
CREATE INDEX reconciliation_cases_foreign_refund_idx ON reconciliation_cases (transaction_id) WHERE kind = 'foreign_refund' AND status <> 'resolved';

-- The days are made anew from the rows, from the first one that lacks a chargeback on.
DELETE FROM payment_days WHERE day >= (SELECT min(closed_at)::date - 1 FROM disputes WHERE state = 'lost');
