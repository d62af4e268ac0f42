-- The payments of the orders. Of a hundred payments, four are not completed, half of them because the card was declined.
-- Of the completed ones, two are refunded, in full or in part, and one more has a requested or rejected refund.
CREATE TEMP TABLE seed_payments ON COMMIT DROP AS
SELECT seed_sales.*, CASE WHEN status <> 'cancelled' THEN at + interval '1 minute' END AS completed_at,
       (ARRAY['credit_card', 'credit_card', 'credit_card', 'credit_card', 'paypal', 'bank_transfer'])[1 + n % 6]::payment_method AS method,
       n % 6 < 4 AS is_card,
       CASE WHEN status <> 'cancelled' AND at + interval '5 hours' < :now THEN CASE n % 100 WHEN 11 THEN 'full' WHEN 36 THEN 'part' WHEN 61 THEN (ARRAY['asked', 'rejected'])[1 + n / 100 % 2] END END AS refund
  FROM seed_sales;

INSERT INTO transactions (id, order_id, user_id, esim_id, plan_id, amount, currency, payment_method, payment_gateway, gateway_transaction_id, reference, status, failure_reason,
                          total_amount, refunded_amount, created_at, updated_at, completed_at, closed_at)
SELECT payment, id, user_id, CASE WHEN status = 'fulfilled' THEN esim_id END, plan_id, price, currency, method,
       CASE WHEN is_card THEN 'stripe' ELSE 'recorded' END, CASE WHEN is_card THEN 'cs_msr_' || n END, CASE WHEN NOT is_card AND completed_at IS NOT NULL THEN 'MSR-' || n END,
       (CASE WHEN completed_at IS NULL THEN (ARRAY['failed', 'cancelled'])[1 + n / 25 % 2] WHEN refund = 'full' THEN 'refunded' ELSE 'completed' END)::transaction_status,
       CASE WHEN completed_at IS NULL AND n / 25 % 2 = 0 THEN 'The card was declined.' END,
       price, CASE refund WHEN 'full' THEN price WHEN 'part' THEN 2 ELSE 0 END, at, at + interval '1 minute', completed_at,
       CASE WHEN completed_at IS NULL THEN at + interval '30 minutes' END
  FROM seed_payments;

-- Check the sum of the refunds of each payment against its total only after ANALYZE, when the planner has statistics.
SET CONSTRAINTS refunds_within_total DEFERRED;
INSERT INTO refunds (id, transaction_id, amount, currency, reason_code, reason, status, approval_state, gateway_refund_id, created_at, updated_at, decided_at, processed_at)
SELECT pg_temp.seed_id(15, n), payment, CASE refund WHEN 'part' THEN 2 ELSE price END, currency, 'not_working', 'It did not connect.',
       (CASE refund WHEN 'asked' THEN 'pending' WHEN 'rejected' THEN 'failed' ELSE 'processed' END)::refund_status,
       (CASE refund WHEN 'asked' THEN 'requested' WHEN 'rejected' THEN 'rejected' ELSE 'approved' END)::refund_approval_state,
       CASE WHEN is_card AND refund IN ('full', 'part') THEN 're_msr_' || n END, at + interval '2 hours', at + interval '5 hours',
       CASE WHEN refund <> 'asked' THEN at + interval '3 hours' END, CASE WHEN refund IN ('full', 'part') THEN at + interval '5 hours' END
  FROM seed_payments WHERE refund IS NOT NULL;
ANALYZE transactions, refunds;
SET CONSTRAINTS refunds_within_total IMMEDIATE;

-- Webhook events of the gateway. One payment in five has a second event of another type.
INSERT INTO webhook_receipts (id, source, event_id, event_type, signature_ok, status, transaction_id, note, received_at, applied_at)
SELECT pg_temp.seed_id(16, n * 2 + again), 'stripe', 'evt_msr_' || n || '_' || again, (ARRAY['checkout.session.completed', 'payment_intent.succeeded'])[1 + again], true,
       (ARRAY['applied', 'ignored'])[1 + again]::receipt_status, payment, (ARRAY['Paid.', 'The payment was known already.'])[1 + again],
       completed_at, CASE again WHEN 0 THEN completed_at END
  FROM seed_payments JOIN generate_series(0, 1) AS again ON again = 0 OR n % 5 = 0 WHERE is_card AND completed_at IS NOT NULL;

-- The totals of past days in UTC, as the server calculates them.
INSERT INTO payment_days (day, time_zone, currency, payment_method, payment_gateway, completed, failed, gross_amount, tax_amount, discount_amount, refunds, refunded_amount)
SELECT (at AT TIME ZONE 'UTC')::date AS day, 'UTC', currency, payment_method, payment_gateway, sum(completed), sum(failed), sum(gross), 0, 0, sum(refunds), sum(refunded) FROM (
    SELECT completed_at AS at, currency, payment_method, payment_gateway, 1 AS completed, 0 AS failed, total_amount AS gross, 0 AS refunds, 0 AS refunded
      FROM transactions WHERE completed_at IS NOT NULL
    UNION ALL SELECT closed_at, currency, payment_method, payment_gateway, 0, 1, 0, 0, 0 FROM transactions WHERE status = 'failed'
    UNION ALL SELECT r.processed_at, t.currency, t.payment_method, t.payment_gateway, 0, 0, 0, 1, r.amount
      FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE r.status = 'processed') AS happened
 WHERE at < date_trunc('day', :now, 'UTC') GROUP BY 1, 3, 4, 5;
