-- What was done to resolve a case. What a person has settled elsewhere still looks wrong in the rows, and must not be
-- found again by the next check.
ALTER TABLE reconciliation_cases ADD COLUMN action VARCHAR(30);
CREATE INDEX reconciliation_cases_settled_idx ON reconciliation_cases (dedupe_key) WHERE action = 'settle_outside';
