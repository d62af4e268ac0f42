//! How far an order has come, at one glance.

use kit::{
    format::moment,
    ui::{Stage, Tone, Value},
};
use wire::billing::orders::{Order, OrderStatus};

/// The stages of an order: placed, paid, provisioned, delivered.
pub fn stages(order: &Order) -> Vec<Stage> {
    let done = |label: &'static str, at: Value| stage(label, at, Tone::Good);
    let paid = order.paid_at.map(|at| done("Paid", Value::time(at)));
    let supplied = order
        .fulfilled_at
        .map(|at| done("Provisioned", Value::time(at)));
    let delivered = order
        .delivered_at
        .map(|at| done("Delivered", Value::time(at)));
    vec![
        done("Ordered", Value::time(order.created_at)),
        paid.unwrap_or_else(|| payment(order)),
        supplied.unwrap_or_else(|| supply(order)),
        delivered.unwrap_or_else(|| delivery(order)),
    ]
}

fn payment(order: &Order) -> Stage {
    match order.status {
        OrderStatus::PendingPayment => {
            let until = order
                .expires_at
                .map(|at| format!("Open until {}", moment(at)));
            stage("Awaiting payment", Value::maybe(until), Tone::Waiting)
        }
        OrderStatus::Cancelled => closed(order),
        OrderStatus::NeedsReview if order.cancelled_at.is_some() => {
            stage("Paid late", Value::text("Needs review"), Tone::Bad)
        }
        OrderStatus::NeedsReview => stage("Payment", Value::text("Needs review"), Tone::Bad),
        OrderStatus::Failed => stage("Payment failed", Value::text("See below"), Tone::Bad),
        _ => ahead("Paid"),
    }
}

fn supply(order: &Order) -> Stage {
    match order.status {
        _ if order.paid_at.is_none() => ahead("Provisioned"),
        OrderStatus::Paid => stage("Provisioning", Value::text("Queued"), Tone::Waiting),
        OrderStatus::Provisioning => stage("Provisioning", Value::text("Under way"), Tone::Waiting),
        OrderStatus::NeedsReview => stage("Provisioning", Value::text("Needs review"), Tone::Bad),
        OrderStatus::Failed => stage("Provisioning failed", Value::text("See below"), Tone::Bad),
        OrderStatus::Cancelled => closed(order),
        _ => ahead("Provisioned"),
    }
}

fn delivery(order: &Order) -> Stage {
    match order.status {
        OrderStatus::Fulfilled => stage("Delivering", Value::text("In the outbox"), Tone::Waiting),
        _ => ahead("Delivered"),
    }
}

fn ahead(label: &'static str) -> Stage {
    Stage {
        label,
        says: None,
        tone: Tone::Neutral,
    }
}

fn closed(order: &Order) -> Stage {
    stage(
        "Cancelled",
        Value::maybe_time(order.cancelled_at),
        Tone::Bad,
    )
}

fn stage(label: &'static str, says: Value, tone: Tone) -> Stage {
    Stage {
        label,
        says: Some(says),
        tone,
    }
}
