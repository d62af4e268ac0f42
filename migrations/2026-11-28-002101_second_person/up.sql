-- Whether another person than the requester has to approve a refund, as the limits said when it was requested: raising
-- a limit later changes nothing. And the integrator's client that requested it.
ALTER TABLE refunds
    ADD COLUMN needs_second_person BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN requested_by_client UUID REFERENCES api_clients (id);
CREATE INDEX refunds_requested_by_client_idx ON refunds (requested_by_client);
-- What one person has approved today is summed before every decision.
CREATE INDEX refunds_decided_idx ON refunds (processed_by, decided_at);

-- Until now the limit was one number in every currency.
UPDATE refunds SET needs_second_person = true
WHERE requested_by IS NOT NULL AND amount > coalesce(
    (SELECT value::numeric FROM system_settings WHERE key = 'refunds.four_eyes_above' AND value ~ '^[0-9]{1,9}$'), 100);
