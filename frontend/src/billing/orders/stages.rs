//! How far an order has come, at one glance.

use chrono::{DateTime, Utc};
use kit::{
    format::moment,
    ui::{Stage, Tone, Value},
};
use wire::billing::orders::{Order, OrderStatus};

/// The stages of an order: placed, paid, provisioned, delivered.
pub fn stages(order: &Order) -> Vec<Stage> {
    vec![
        reached("Ordered", order.created_at),
        order.paid_at.map_or_else(|| payment(order), |at| reached("Paid", at)),
        order.fulfilled_at.map_or_else(|| supply(order), |at| reached("Provisioned", at)),
        order.delivered_at.map_or_else(|| delivery(order), |at| reached("Delivered", at)),
    ]
}

fn payment(order: &Order) -> Stage {
    match order.status {
        OrderStatus::PendingPayment => {
            let until = order.expires_at.map(|at| format!("Open until {}", moment(at)));
            stage("Awaiting payment", Value::maybe(until), Tone::Waiting)
        }
        OrderStatus::Cancelled => closed("Cancelled", order.cancelled_at),
        OrderStatus::NeedsReview if order.cancelled_at.is_some() => stage("Paid late", Value::text("Needs review"), Tone::Bad),
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
        OrderStatus::Cancelled => closed("Cancelled", order.cancelled_at),
        _ => ahead("Provisioned"),
    }
}

fn delivery(order: &Order) -> Stage {
    match order.status {
        OrderStatus::Fulfilled => stage("Delivering", Value::text("In the outbox"), Tone::Waiting),
        _ => ahead("Delivered"),
    }
}

fn reached(label: &'static str, at: DateTime<Utc>) -> Stage {
    stage(label, Value::time(at), Tone::Good)
}

fn ahead(label: &'static str) -> Stage {
    stage(label, Value::absent(), Tone::Neutral)
}

fn closed(label: &'static str, at: Option<DateTime<Utc>>) -> Stage {
    stage(label, Value::maybe_time(at), Tone::Bad)
}

fn stage(label: &'static str, says: Value, tone: Tone) -> Stage {
    Stage { label, says, tone }
}
