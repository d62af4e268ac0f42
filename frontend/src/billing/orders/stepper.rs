//! The stepper of an order.

use kit::{
    format::moment,
    ui::{Step, Tone, Value},
};
use wire::billing::orders::{Order, OrderStatus};

/// Returns the steps of an order: ordered, paid, provisioned, delivered.
pub fn steps(order: &Order) -> Vec<Step> {
    let done = |label: &'static str, at: Value| step(label, at, Tone::Good);
    let paid = order.paid_at.map(|at| done("Paid", Value::time(at)));
    let provisioned = order
        .fulfilled_at
        .map(|at| done("Provisioned", Value::time(at)));
    let delivered = order
        .delivered_at
        .map(|at| done("Delivered", Value::time(at)));
    vec![
        done("Ordered", Value::time(order.created_at)),
        paid.unwrap_or_else(|| payment(order)),
        provisioned.unwrap_or_else(|| provisioning(order)),
        delivered.unwrap_or_else(|| delivery(order)),
    ]
}

fn payment(order: &Order) -> Step {
    match order.status {
        OrderStatus::PendingPayment => {
            let until = order.expires_at.map(|at| format!("Due {}", moment(at)));
            step("Awaiting payment", Value::maybe(until), Tone::Waiting)
        }
        OrderStatus::Cancelled => cancelled(order),
        OrderStatus::NeedsReview if order.cancelled_at.is_some() => {
            step("Paid late", Value::text("Needs review"), Tone::Bad)
        }
        OrderStatus::NeedsReview => step("Payment", Value::text("Needs review"), Tone::Bad),
        OrderStatus::Failed => step("Payment failed", Value::text("See below"), Tone::Bad),
        _ => upcoming("Paid"),
    }
}

fn provisioning(order: &Order) -> Step {
    match order.status {
        _ if order.paid_at.is_none() => upcoming("Provisioned"),
        OrderStatus::Paid => step("Provisioning", Value::text("Queued"), Tone::Waiting),
        OrderStatus::Provisioning => {
            step("Provisioning", Value::text("In progress"), Tone::Waiting)
        }
        OrderStatus::NeedsReview => step("Provisioning", Value::text("Needs review"), Tone::Bad),
        OrderStatus::Failed => step("Provisioning failed", Value::text("See below"), Tone::Bad),
        OrderStatus::Cancelled => cancelled(order),
        _ => upcoming("Provisioned"),
    }
}

fn delivery(order: &Order) -> Step {
    match order.status {
        OrderStatus::Fulfilled => step("Delivering", Value::text("Queued"), Tone::Waiting),
        _ => upcoming("Delivered"),
    }
}

fn upcoming(label: &'static str) -> Step {
    Step {
        label,
        text: None,
        tone: Tone::Neutral,
    }
}

fn cancelled(order: &Order) -> Step {
    step(
        "Cancelled",
        Value::maybe_time(order.cancelled_at),
        Tone::Bad,
    )
}

fn step(label: &'static str, text: Value, tone: Tone) -> Step {
    Step {
        label,
        text: Some(text),
        tone,
    }
}
