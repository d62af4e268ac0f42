//! SQL of the refunds and disputes of an order's payments.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::max,
    prelude::*,
    sql_types::{Array, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use platform::{Conn, Result};
use schema::transactions;
use std::collections::HashMap;
use wire::{Money, OrderId, TransactionId, billing::orders::RefundState};

/// Refunds and disputes of the payments of one order.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub(super) struct OrderMoney {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    order_id: Option<OrderId>,
    #[diesel(sql_type = Numeric)]
    paid: Money,
    /// Refunds that were paid out.
    #[diesel(sql_type = Numeric)]
    pub refunded: Money,
    /// Refunds that are requested, or approved and not paid out yet.
    #[diesel(sql_type = Numeric)]
    pub pending: Money,
    /// The newest payment of which something is neither refunded nor pending.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub refundable: Option<TransactionId>,
    /// The state of the newest dispute.
    #[diesel(sql_type = Nullable<Text>)]
    pub dispute_state: Option<String>,
}

impl Default for OrderMoney {
    fn default() -> Self {
        Self {
            order_id: None,
            paid: Money::zero(),
            refunded: Money::zero(),
            pending: Money::zero(),
            refundable: None,
            dispute_state: None,
        }
    }
}

impl OrderMoney {
    /// Returns the state of the refunds.
    pub fn state(&self) -> Option<RefundState> {
        RefundState::from_amounts(&self.paid, &self.refunded, &self.pending)
    }
}

/// All payments of an order are in the order's currency, so their sums are of one currency. A payment that never
/// completed holds no money. An amount that was refunded at the gateway counts from the moment at which its case is
/// opened, so that it is not refunded again.
const MONEY: &str = "SELECT t.order_id, \
    coalesce(sum(t.total_amount), 0) AS paid, coalesce(sum(t.refunded_amount), 0) AS refunded, \
    coalesce(sum(p.pending), 0) AS pending, \
    (array_agg(t.id ORDER BY t.completed_at DESC) FILTER (WHERE t.status = 'completed' \
        AND t.refunded_amount + p.pending + outside.amount < t.total_amount))[1] AS refundable, \
    (array_agg(t.dispute_state ORDER BY t.created_at DESC) FILTER (WHERE t.dispute_state IS NOT NULL))[1] AS dispute_state \
    FROM transactions t CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount), 0) AS pending FROM refunds r \
        WHERE r.transaction_id = t.id AND r.status = 'pending') p \
    CROSS JOIN LATERAL (SELECT coalesce(sum(c.amount), 0) AS amount FROM reconciliation_cases c \
        WHERE c.transaction_id = t.id AND c.kind = 'foreign_refund' AND c.status <> 'resolved' AND c.currency = t.currency) outside \
    WHERE t.order_id = ANY($1) AND t.status IN ('completed', 'refunded') GROUP BY t.order_id";

/// Returns the refunds and disputes of these orders; an order that was never paid is left out.
pub(super) fn refunds_and_disputes(
    conn: &mut Conn,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, OrderMoney>> {
    let rows: Vec<OrderMoney> = diesel::sql_query(MONEY)
        .bind::<Array<SqlUuid>, _>(ids)
        .load(conn)?;
    let known = rows.into_iter();
    Ok(known.filter_map(|row| Some((row.order_id?, row))).collect())
}

/// Returns when a payment of each of these orders last changed; an order without a payment is left out.
pub(super) fn last_changes(
    conn: &mut Conn,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, DateTime<Utc>>> {
    let rows: Vec<(Option<OrderId>, Option<DateTime<Utc>>)> = transactions::table
        .filter(transactions::order_id.eq_any(ids))
        .group_by(transactions::order_id)
        .select((transactions::order_id, max(transactions::updated_at)))
        .load(conn)?;
    let known = rows.into_iter();
    Ok(known
        .filter_map(|(order, at)| Some((order?, at?)))
        .collect())
}
