DROP INDEX refunds_decided_idx;
ALTER TABLE refunds DROP COLUMN requested_by_client, DROP COLUMN needs_second_person;
