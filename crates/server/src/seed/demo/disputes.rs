//! Payments that customers' banks take back: one to be answered, one that was lost.

use super::{
    super::rows::{Rows, id_of},
    catalogue::amount,
    orders::Order,
};
use chrono::TimeDelta;
use serde_json::json;

/// The dispute of the order at this place: why, and how far it is.
const DISPUTES: [(usize, &str, &str); 2] = [
    (3, "product_not_received", "needs_response"),
    (31, "fraudulent", "lost"),
];

/// How far the dispute of an order's payment is, if there is one.
pub fn state(order: &Order<'_>) -> Option<&'static str> {
    let found = DISPUTES.into_iter().find(|(at, ..)| *at == order.place);
    found.filter(|_| order.is_paid()).map(|(.., state)| state)
}

/// Adds the dispute of an order's payment, if there is one.
pub fn add(rows: &mut Rows, order: &Order<'_>) {
    let Some((_, reason, state)) = DISPUTES
        .into_iter()
        .find(|(at, ..)| *at == order.place)
        .filter(|_| order.is_paid())
    else {
        return;
    };
    let (heard, closed) = (order.after(90_000), order.after(600_000));
    let id = id_of("demo dispute", order.place, heard);
    rows.add("disputes", json!({
        "id": id, "transaction_id": order.payment, "gateway": "simulator", "gateway_dispute_id": format!("simdp_{id}"), "state": state, "reason": reason,
        "amount": amount(order.cents * order.quantity), "currency": order.currency, "due_by": heard + TimeDelta::days(21),
        "closed_at": (state == "lost").then_some(closed), "created_at": heard, "updated_at": heard,
    }));
    let change = json!({ "state": "needs_response", "transaction_id": order.payment });
    rows.act(heard, None, ("dispute.hear", "dispute", id), change, None);
    if state == "lost" {
        let change = json!({ "state": state });
        rows.act(closed, None, ("dispute.hear", "dispute", id), change, None);
    }
}
