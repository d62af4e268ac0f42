//! Money given back for some orders: asked for, paid, refused by the gateway, rejected.

use super::{
    super::rows::{Rows, id_of},
    catalogue::amount,
    orders::{Order, later},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// How a refund ended, or where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Asked,
    Paid,
    Refused,
    Rejected,
}

/// A refund of the order at this place: how much in percent, why, and how it ended.
const REFUNDS: [(usize, u32, &str, &str, End); 6] = [
    (
        5,
        50,
        "not_working",
        "No network in two of the countries.",
        End::Asked,
    ),
    (7, 25, "goodwill", "Slow on the first day.", End::Paid),
    (
        11,
        100,
        "device_not_compatible",
        "The phone is locked to an operator.",
        End::Refused,
    ),
    (
        13,
        100,
        "changed_mind",
        "The trip was called off.",
        End::Rejected,
    ),
    (
        17,
        100,
        "changed_mind",
        "The trip was called off before it began.",
        End::Paid,
    ),
    (
        29,
        30,
        "wrong_plan",
        "Bought for the wrong region.",
        End::Paid,
    ),
];

fn of(place: usize) -> Option<(u32, &'static str, &'static str, End)> {
    let (_, percent, code, reason, end) = REFUNDS.into_iter().find(|(at, ..)| *at == place)?;
    Some((percent, code, reason, end))
}

/// What was given back of an order, in cents.
pub fn given_back(order: &Order<'_>) -> u32 {
    match of(order.place) {
        Some((percent, .., End::Paid)) if order.is_paid() => share(order, percent),
        _ => 0,
    }
}

fn share(order: &Order<'_>, percent: u32) -> u32 {
    order.cents * order.quantity * percent / 100
}

/// Adds the refund of an order, if there is one.
pub fn add(rows: &mut Rows, order: &Order<'_>, support: Uuid) {
    let Some((percent, code, reason, end)) = of(order.place).filter(|_| order.is_paid()) else {
        return;
    };
    let (asked, decided, paid) = (
        order.after(40_000),
        order.after(41_800),
        order.after(41_830),
    );
    let id = id_of("demo refund", order.place, asked);
    let (status, approval) = match end {
        End::Asked => ("pending", "requested"),
        End::Paid => ("processed", "approved"),
        End::Refused => ("failed", "approved"),
        End::Rejected => ("failed", "rejected"),
    };
    let why = match end {
        End::Refused => Some("The balance at the gateway is too low."),
        End::Rejected => Some("The data was used."),
        End::Asked | End::Paid => None,
    };
    let (is_decided, is_sent) = (end != End::Asked, matches!(end, End::Paid | End::Refused));
    rows.add("refunds", json!({
        "id": id, "transaction_id": order.payment, "amount": amount(share(order, percent)), "currency": order.currency, "reason_code": code, "reason": reason,
        "status": status, "approval_state": approval, "requested_by": support, "processed_by": is_decided.then_some(order.admin), "failure_reason": why,
        "gateway_refund_id": (end == End::Paid).then(|| format!("simre_{id}")), "effect": "none", "attempts": i32::from(is_sent), "version": 1,
        "created_at": asked, "updated_at": decided, "decided_at": is_decided.then_some(decided), "sent_at": is_sent.then_some(paid), "processed_at": (end == End::Paid).then_some(paid),
    }));
    if end == End::Paid {
        later(rows, paid, "invoices.credit", ("refund", id));
    }
    let mut act =
        |at, who: Option<(Uuid, &str)>, action: &str, change: Value, reason: Option<&str>| {
            rows.act(at, who, (action, "refund", id), change, reason);
        };
    let change = json!({ "amount": amount(share(order, percent)), "currency": order.currency, "reason_code": code });
    let admin = Some((order.admin, "admin"));
    act(
        asked,
        Some((support, "support")),
        "refund.request",
        change.clone(),
        Some(reason),
    );
    match end {
        End::Asked => {}
        End::Rejected => act(decided, admin, "refund.reject", Value::Null, why),
        End::Paid => {
            act(decided, admin, "refund.approve", Value::Null, None);
            act(paid, None, "refund.process", change, None);
        }
        End::Refused => {
            act(decided, admin, "refund.approve", Value::Null, None);
            act(paid, None, "refund.fail", Value::Null, why);
        }
    }
}
