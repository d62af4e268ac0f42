//! The checks for discrepancies between orders, payments, refunds, eSIMs and requests to providers: one statement per
//! kind of case, which returns every row with a discrepancy.
//!
//! Each returns `key`, `order_id`, `transaction_id`, `refund_id`, `esim_id`, `amount`, `currency` and `finding`. `$1` is
//! the time of the check. Processes that are still running are not reported for a while.

use wire::billing::reconciliation::CaseKind;

/// An order was paid and not delivered: it is stuck, or it is not delivered after [`crate::cases::DELIVERY_LIMIT`].
const PAID_NOT_DELIVERED: &str = "SELECT 'paid_not_delivered:' || o.id AS key, o.id AS order_id, t.id AS transaction_id, NULL::uuid AS refund_id, NULL::uuid AS esim_id, \
    t.total_amount - t.refunded_amount AS amount, t.currency, \
    coalesce(nullif(o.status_reason, ''), 'The order was paid and is not delivered.') AS finding \
    FROM orders o JOIN LATERAL (SELECT * FROM transactions t WHERE t.order_id = o.id AND t.status = 'completed' ORDER BY t.completed_at LIMIT 1) t ON true \
    WHERE o.paid_at IS NOT NULL AND (o.status IN ('needs_review', 'failed') \
        OR (o.status IN ('paid', 'provisioning') AND greatest(o.paid_at, o.updated_at) < $1 - interval '15 minutes'))";

/// An order was paid after it had expired or was cancelled.
const PAID_LATE: &str = "SELECT 'paid_late:' || o.id AS key, o.id AS order_id, t.id AS transaction_id, NULL::uuid AS refund_id, NULL::uuid AS esim_id, \
    t.total_amount - t.refunded_amount AS amount, t.currency, \
    coalesce(nullif(o.status_reason, ''), 'The order was paid after it had expired or was cancelled.') AS finding \
    FROM orders o JOIN LATERAL (SELECT * FROM transactions t WHERE t.order_id = o.id AND t.status = 'completed' ORDER BY t.completed_at LIMIT 1) t ON true \
    WHERE o.paid_at IS NULL AND o.status IN ('needs_review', 'failed', 'cancelled')";

/// An order was delivered without a completed payment.
const DELIVERED_NOT_PAID: &str = "SELECT 'delivered_not_paid:' || o.id AS key, o.id AS order_id, NULL::uuid AS transaction_id, NULL::uuid AS refund_id, b.esim_id, \
    o.total_amount AS amount, o.currency, 'The order was delivered, and it has no completed payment.' AS finding \
    FROM orders o JOIN LATERAL (SELECT b.esim_id FROM esim_bundles b WHERE b.order_id = o.id AND b.esim_id IS NOT NULL ORDER BY b.unit_no LIMIT 1) b ON true \
    WHERE o.total_amount > 0 AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.order_id = o.id AND t.status IN ('completed', 'refunded'))";

/// A refund failed and was not retried, or the gateway has not confirmed it.
const REFUND_STUCK: &str = "SELECT 'refund_stuck:' || r.id AS key, t.order_id, t.id AS transaction_id, r.id AS refund_id, NULL::uuid AS esim_id, r.amount, r.currency, \
    CASE WHEN r.status = 'failed' THEN 'The refund failed: ' || coalesce(r.failure_reason, 'the reason is unknown') ELSE 'The gateway has not confirmed the refund.' END AS finding \
    FROM refunds r JOIN transactions t ON t.id = r.transaction_id \
    WHERE r.approval_state = 'approved' AND ((r.status = 'pending' AND coalesce(r.sent_at, r.decided_at) < $1 - interval '1 hour') \
        OR (r.status = 'failed' AND t.status = 'completed' AND NOT EXISTS (SELECT 1 FROM refunds l WHERE l.transaction_id = t.id AND l.created_at > r.created_at AND l.status <> 'failed')))";

/// Another amount was paid or refunded than was due. Amounts that the gateway or a person reports have cases of their
/// own.
const AMOUNT_MISMATCH: &str = "SELECT 'amount_mismatch:' || o.id AS key, o.id AS order_id, t.id AS transaction_id, NULL::uuid AS refund_id, NULL::uuid AS esim_id, \
    o.total_amount AS amount, o.currency, coalesce(nullif(o.status_reason, ''), 'The received amount differs from the amount due.') AS finding \
    FROM orders o JOIN LATERAL (SELECT * FROM transactions t WHERE t.order_id = o.id ORDER BY t.created_at DESC LIMIT 1) t ON true \
    WHERE o.status IN ('needs_review', 'failed') AND o.paid_at IS NULL AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.order_id = o.id AND t.status IN ('completed', 'refunded')) \
    AND NOT EXISTS (SELECT 1 FROM reconciliation_cases c WHERE c.dedupe_key = 'amount_mismatch:' || t.id || ':reported') \
    UNION ALL SELECT 'amount_mismatch:' || t.id, o.id, t.id, NULL::uuid, NULL::uuid, t.total_amount, t.currency, \
    'The payment is of ' || amount_text(t.total_amount, t.currency) || ', the order of ' || amount_text(o.total_amount, o.currency) || '.' \
    FROM transactions t JOIN orders o ON o.id = t.order_id WHERE t.status = 'completed' AND o.status <> 'cancelled' AND (t.total_amount, t.currency) <> (o.total_amount, o.currency) \
    UNION ALL SELECT 'amount_mismatch:' || t.id, t.order_id, t.id, NULL::uuid, NULL::uuid, t.refunded_amount, t.currency, \
    'The payment shows ' || amount_text(t.refunded_amount, t.currency) || ' as refunded, its refunds come to ' || amount_text(r.sum, t.currency) || '.' \
    FROM transactions t JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE transaction_id = t.id AND status = 'processed') r ON true \
    WHERE t.status IN ('completed', 'refunded') AND t.refunded_amount <> r.sum";

/// A provider has not answered a request for 15 minutes.
const UNKNOWN_OUTCOME: &str = "SELECT 'unknown_outcome:' || a.id AS key, j.order_id, NULL::uuid AS transaction_id, NULL::uuid AS refund_id, NULL::uuid AS esim_id, \
    o.total_amount AS amount, o.currency, 'The provider ' || p.name || ' has not answered the request ' || a.reference || ': it may have delivered.' AS finding \
    FROM provisioning_attempts a JOIN provisioning_jobs j ON j.id = a.job_id JOIN orders o ON o.id = j.order_id JOIN data_providers p ON p.id = a.provider_id \
    WHERE a.status IN ('sent', 'unknown') AND a.sent_at < $1 - interval '15 minutes'";

/// A provider delivered and charged an eSIM, and no customer has it.
const SURPLUS_ESIM: &str = "SELECT 'surplus_esim:' || a.id AS key, j.order_id, NULL::uuid AS transaction_id, NULL::uuid AS refund_id, e.id AS esim_id, a.cost AS amount, \
    CASE WHEN a.cost IS NULL THEN NULL ELSE a.currency END AS currency, \
    'The provider ' || p.name || ' has delivered ' || coalesce(a.provider_order_ref, a.reference) || ', and no customer has it.' AS finding \
    FROM provisioning_attempts a JOIN provisioning_jobs j ON j.id = a.job_id JOIN data_providers p ON p.id = a.provider_id \
    LEFT JOIN esims e ON e.provider_id = a.provider_id AND e.provider_ref = a.provider_order_ref \
    WHERE a.status = 'succeeded' AND NOT EXISTS (SELECT 1 FROM data_allocations d WHERE d.provisioning_job_id = j.id AND d.provider_order_ref = a.provider_order_ref)";

/// A refund was made at the gateway. Only events of the gateway report it, so this check returns nothing.
const FOREIGN_REFUND: &str = "SELECT NULL::text AS key, NULL::uuid AS order_id, NULL::uuid AS transaction_id, NULL::uuid AS refund_id, NULL::uuid AS esim_id, \
    NULL::numeric AS amount, NULL::text AS currency, NULL::text AS finding WHERE $1 IS NULL";

/// Cases that a process opens and only an administrator resolves: no row shows whether the provider cancelled an eSIM or
/// corrected a charge.
const OPENED_BY_EVENTS: &str = FOREIGN_REFUND;

/// Returns the statement that finds the discrepancies of a kind.
pub const fn statement(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::PaidNotDelivered => PAID_NOT_DELIVERED,
        CaseKind::PaidLate => PAID_LATE,
        CaseKind::DeliveredNotPaid => DELIVERED_NOT_PAID,
        CaseKind::RefundStuck => REFUND_STUCK,
        CaseKind::AmountMismatch => AMOUNT_MISMATCH,
        CaseKind::UnknownOutcome => UNKNOWN_OUTCOME,
        CaseKind::SurplusEsim => SURPLUS_ESIM,
        CaseKind::ForeignRefund => FOREIGN_REFUND,
        CaseKind::SupplierCancellation
        | CaseKind::LowMargin
        | CaseKind::LowBalance
        | CaseKind::InventoryConflict
        | CaseKind::ProviderAttention => OPENED_BY_EVENTS,
    }
}
