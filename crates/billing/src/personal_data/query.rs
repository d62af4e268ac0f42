//! SQL of the personal data of the section.

use diesel::{prelude::*, sql_types::Uuid as SqlUuid};
use platform::{Conn, Result, Tx, people::ExportTable};
use schema::orders;
use wire::{OrderId, UserId};

/// The rows that are exported, without our costs.
pub const EXPORTED: &[ExportTable] = &[
    ExportTable {
        table: "orders",
        select: "SELECT id, order_number, kind, quantity, region, terms, unit_price::text, discount_amount::text, tax_amount::text, total_amount::text, currency, \
            status, status_reason, reference, plan_id, esim_id, created_at, paid_at, fulfilled_at, cancelled_at FROM orders WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "transactions",
        select: "SELECT id, order_id, esim_id, plan_id, amount::text, discount_amount::text, tax_amount::text, total_amount::text, refunded_amount::text, currency, \
            payment_method, payment_gateway, gateway_transaction_id, status, failure_reason, dispute_state, created_at, completed_at FROM transactions WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "refunds",
        select: "SELECT r.id, r.transaction_id, r.amount::text, r.currency, r.reason_code, r.status, r.created_at, r.processed_at \
            FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE t.user_id = $1 ORDER BY r.created_at",
        sealed: &[],
    },
    ExportTable {
        table: "invoices",
        select: "SELECT id, number, order_id, transaction_id, lines, net_amount::text, tax_amount::text, total_amount::text, currency, issued_on, created_at \
            FROM invoices WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "promo_redemptions",
        select: "SELECT u.id, c.code, u.order_id, u.state, u.discount_amount::text, u.currency, u.created_at, u.settled_at \
            FROM promo_redemptions u JOIN promotional_codes c ON c.id = u.promotion_id WHERE u.user_id = $1 ORDER BY u.created_at",
        sealed: &[],
    },
];

/// Statements that erase free texts about a person's orders, payments, refunds, claims and cases.
const BLANK: [&str; 5] = [
    "UPDATE orders SET reference = NULL, status_reason = CASE WHEN status = 'cancelled' AND status_reason IS NOT NULL THEN 'Erased' ELSE status_reason END \
        WHERE user_id = $1",
    "UPDATE transactions SET failure_reason = 'Erased' WHERE user_id = $1 AND failure_reason IS NOT NULL",
    "UPDATE refunds r SET reason = NULL, failure_reason = CASE WHEN r.approval_state = 'rejected' AND r.failure_reason IS NOT NULL THEN 'Erased' ELSE r.failure_reason END \
        FROM transactions t WHERE t.id = r.transaction_id AND t.user_id = $1",
    "UPDATE supplier_claims c SET note = NULL FROM refunds r JOIN transactions t ON t.id = r.transaction_id \
        WHERE r.id = c.refund_id AND t.user_id = $1 AND c.note IS NOT NULL",
    "UPDATE reconciliation_cases SET resolution = 'Erased' WHERE resolved_by IS NOT NULL AND id IN (\
        SELECT c.id FROM reconciliation_cases c LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN transactions t ON t.id = c.transaction_id \
        LEFT JOIN refunds r ON r.id = c.refund_id LEFT JOIN transactions p ON p.id = r.transaction_id WHERE $1 IN (o.user_id, t.user_id, p.user_id))",
];

/// Subjects of audit events with reasons, by kind: each query selects the IDs of a person's subjects.
pub const REASONED: [(&str, &str); 7] = [
    ("order", "SELECT id FROM orders WHERE user_id = $1"),
    (
        "transaction",
        "SELECT id FROM transactions WHERE user_id = $1",
    ),
    (
        "refund",
        "SELECT r.id FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE t.user_id = $1",
    ),
    ("invoice", "SELECT id FROM invoices WHERE user_id = $1"),
    (
        "dispute",
        "SELECT d.id FROM disputes d JOIN transactions t ON t.id = d.transaction_id WHERE t.user_id = $1",
    ),
    (
        "supplier_claim",
        "SELECT c.id FROM supplier_claims c JOIN refunds r ON r.id = c.refund_id JOIN transactions t ON t.id = r.transaction_id WHERE t.user_id = $1",
    ),
    (
        "case",
        "SELECT c.id FROM reconciliation_cases c LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN transactions t ON t.id = c.transaction_id \
            LEFT JOIN refunds r ON r.id = c.refund_id LEFT JOIN transactions p ON p.id = r.transaction_id WHERE $1 IN (o.user_id, t.user_id, p.user_id)",
    ),
];

/// Erases the free texts about a person.
pub fn blank_texts(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    for statement in BLANK {
        diesel::sql_query(statement)
            .bind::<SqlUuid, _>(id.0)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Returns the orders of a person.
pub fn orders_of(conn: &mut Conn, id: UserId) -> Result<Vec<OrderId>> {
    Ok(orders::table
        .filter(orders::user_id.eq(id))
        .select(orders::id)
        .load(conn)?)
}
