//! Orders that take too long to be delivered.

use super::{
    super::{
        DELIVERY_LIMIT,
        query::{self, Finding},
    },
    open,
};
use chrono::{DateTime, Utc};
use platform::{Actor, Result, Tx};
use wire::{OrderId, billing::reconciliation::CaseKind};

/// Opens a case for an order that was paid and is not delivered after [`DELIVERY_LIMIT`]. One case per order; the
/// hourly check opens it again where that is needed.
pub fn order_overdue(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    let kind = CaseKind::PaidNotDelivered;
    let key = format!("{kind}:{id}");
    if query::was_seen(tx.conn(), &key)? {
        return Ok(());
    }
    let order = query::stuck_order(tx.conn(), id)?;
    let found = Finding {
        kind,
        key,
        finding: format!(
            "The order was paid and is not delivered after {} minutes.",
            DELIVERY_LIMIT.num_minutes()
        ),
        order_id: Some(id),
        transaction_id: query::payment_of(tx.conn(), id)?,
        refund_id: None,
        esim_id: None,
        amount: Some(order.total_amount),
        currency: Some(order.currency),
    };
    open(tx, actor, &found, now)
}
