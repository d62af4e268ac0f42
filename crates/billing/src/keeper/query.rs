//! SQL of what billing keeps of a person.

use diesel::prelude::*;
use platform::{Conn, Result, people::Rows};
use schema::orders;
use wire::{OrderId, UserId};

/// The books, without what things cost us.
pub const KEPT: &[Rows] = &[
    Rows {
        table: "orders",
        select: "SELECT id, order_number, kind, quantity, region, terms, unit_price::text, discount_amount::text, tax_amount::text, total_amount::text, currency, \
            status, status_reason, reference, plan_id, esim_id, created_at, paid_at, fulfilled_at, cancelled_at FROM orders WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    Rows {
        table: "transactions",
        select: "SELECT id, order_id, esim_id, plan_id, amount::text, discount_amount::text, tax_amount::text, total_amount::text, refunded_amount::text, currency, \
            payment_method, payment_gateway, gateway_transaction_id, status, failure_reason, dispute_state, created_at, completed_at FROM transactions WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    Rows {
        table: "refunds",
        select: "SELECT r.id, r.transaction_id, r.amount::text, r.currency, r.reason_code, r.status, r.created_at, r.processed_at \
            FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE t.user_id = $1 ORDER BY r.created_at",
        sealed: &[],
    },
    Rows {
        table: "invoices",
        select: "SELECT id, number, order_id, transaction_id, lines, net_amount::text, tax_amount::text, total_amount::text, currency, issued_on, created_at \
            FROM invoices WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    Rows {
        table: "promo_redemptions",
        select: "SELECT u.id, c.code, u.order_id, u.state, u.discount_amount::text, u.currency, u.created_at, u.settled_at \
            FROM promo_redemptions u JOIN promotional_codes c ON c.id = u.promotion_id WHERE u.user_id = $1 ORDER BY u.created_at",
        sealed: &[],
    },
];

/// Somebody's orders.
pub fn orders_of(conn: &mut Conn, id: UserId) -> Result<Vec<OrderId>> {
    Ok(orders::table
        .filter(orders::user_id.eq(id))
        .select(orders::id)
        .load(conn)?)
}
