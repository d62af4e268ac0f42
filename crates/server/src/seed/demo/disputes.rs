//! Disputed payments: one that needs a response, and one that was lost.

use super::{
    super::rows::{Event, Rows, id_of},
    catalog::amount,
    orders::Order,
};
use chrono::TimeDelta;
use serde_json::json;
use wire::system::audit::AuditAction;

/// Disputes: the index of the order, the reason, and the state.
const DISPUTES: [(usize, &str, &str); 2] = [
    (3, "product_not_received", "needs_response"),
    (31, "fraudulent", "lost"),
];

/// Returns the dispute state of the payment of an order, if it is disputed.
pub fn state(order: &Order<'_>) -> Option<&'static str> {
    let found = DISPUTES.into_iter().find(|(at, ..)| *at == order.index);
    found.filter(|_| order.is_paid()).map(|(.., state)| state)
}

/// Adds the dispute of the payment of an order, if it is disputed.
pub fn add(rows: &mut Rows, order: &Order<'_>) {
    let Some((_, reason, state)) = DISPUTES
        .into_iter()
        .find(|(at, ..)| *at == order.index)
        .filter(|_| order.is_paid())
    else {
        return;
    };
    let (opened, closed) = (order.after(90_000), order.after(600_000));
    let id = id_of("demo dispute", order.index, opened);
    rows.add("disputes", json!({
        "id": id, "transaction_id": order.payment, "gateway": "simulator", "gateway_dispute_id": format!("simdp_{id}"), "state": state, "reason": reason,
        "amount": amount(order.cents * order.quantity), "currency": order.currency, "due_by": opened + TimeDelta::days(21),
        "closed_at": (state == "lost").then_some(closed), "created_at": opened, "updated_at": opened,
    }));
    let change = json!({ "state": "needs_response", "transaction_id": order.payment });
    rows.audit(
        opened,
        None,
        Event::new(AuditAction::DisputeOpen, "dispute", id),
        change,
        None,
    );
    if state == "lost" {
        let change = json!({ "state": state });
        rows.audit(
            closed,
            None,
            Event::new(AuditAction::DisputeUpdate, "dispute", id),
            change,
            None,
        );
    }
}
