//! Money given back for some orders: asked for, paid, refused by the gateway, rejected.

use super::{
    super::{
        Ground,
        rows::{Rows, id_of},
    },
    catalogue::amount,
    orders::{Ending, Order, later},
    provisioning,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Error, Result};
use schema::refunds;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{RefundId, billing::refunds::RefundStatus};

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

/// Adds the refund of an order, if there is one. What nobody could deliver was asked back by itself.
pub fn add(rows: &mut Rows, order: &Order<'_>, support: Uuid) {
    if order.ending == Ending::Refused {
        return by_itself(rows, order);
    }
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

fn by_itself(rows: &mut Rows, order: &Order<'_>) {
    let at = order.after(97);
    let id = id_of("demo refund", order.place, at);
    let sum = amount(share(order, 100));
    rows.add("refunds", json!({
        "id": id, "transaction_id": order.payment, "amount": sum, "currency": order.currency, "reason_code": "not_delivered", "reason": provisioning::STUCK,
        "status": "pending", "approval_state": "requested", "effect": "none", "attempts": 0, "version": 1, "created_at": at, "updated_at": at,
    }));
    let change = json!({ "transaction_id": order.payment, "amount": sum, "currency": order.currency, "reason_code": "not_delivered" });
    let act = ("refund.request", "refund", id);
    rows.act(at, None, act, change, Some(provisioning::STUCK));
}

/// Notes on every refund what was known of its sale, as asking for it does: those that wait as of now.
pub fn look(ground: &mut Ground<'_>) -> Result<()> {
    let all: Vec<(RefundId, DateTime<Utc>, RefundStatus)> = refunds::table
        .filter(refunds::eligibility.is_null())
        .select((refunds::id, refunds::created_at, refunds::status))
        .load(ground.conn)?;
    for (id, asked, status) in all {
        let at = if status == RefundStatus::Pending {
            ground.now
        } else {
            asked
        };
        let known = billing::refunds::known(ground.conn, id, at)?;
        let recommended = known.recommended_amount.clone();
        let snapshot = serde_json::to_value(known).map_err(Error::internal)?;
        diesel::update(refunds::table.find(id))
            .set((
                refunds::eligibility.eq(snapshot),
                refunds::recommended_amount.eq(recommended),
            ))
            .execute(ground.conn)?;
    }
    Ok(())
}
