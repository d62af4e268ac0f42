ALTER TABLE reconciliation_cases DROP COLUMN action;
