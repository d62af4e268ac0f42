-- A top-up that its provider starts later is asked about until it runs. When that is next due stands in
-- next_attempt_at of its unit, which has succeeded: few rows at any time, found without reading all the others.
CREATE INDEX provisioning_jobs_waiting_topup_idx ON provisioning_jobs (next_attempt_at)
    WHERE status = 'succeeded' AND next_attempt_at IS NOT NULL;
UPDATE provisioning_jobs j SET next_attempt_at = now()
    FROM orders o, esim_bundles b
    WHERE o.id = j.order_id AND o.kind = 'topup' AND j.status = 'succeeded'
        AND b.order_id = j.order_id AND b.unit_no = j.unit_no AND b.status = 'queued';
