//! The page of one order: its progress, its payment, its eSIMs and its messages.

use super::{
    actions::{cancel, resend, retry},
    amounts::amounts,
    disputed,
    issues::issues,
    payment::payments,
    refunded,
    related::{esims, messages},
    status,
    stepper::steps,
    timeline::timeline_card,
};
use crate::support::tickets;
use kit::{
    format::{now, region_name, sentence},
    page::{detail_page, remedy},
    ui::{Icon, Value, stepper, sums},
};
use leptos::prelude::*;
use wire::{
    OrderId, Permission,
    billing::orders::{Order, OrderStatus},
};

/// Draws the detail page.
pub fn screen(id: OrderId) -> AnyView {
    detail_page::<Order>(id)
        .badge(status)
        .also(refunded)
        .also(disputed)
        .subtitle(|order| format!("{} for {}", order.terms.name, order.customer))
        .link_key(
            "Refund",
            Icon::Undo2,
            Permission::RefundsRequest,
            refund_at,
            "r",
        )
        .action(retry())
        .action(resend())
        .action(cancel())
        .above(|order| Some(stepper("Progress of the order", steps(order))))
        .above(reason)
        .above(issues)
        .part(move |reload| timeline_card(id, reload))
        .part(move |reload| payments(id, reload))
        .related(esims(id))
        .related(messages(id))
        .related(tickets::of_order(id))
        .history("order")
        .aside("Amount", |order| Some(sums(amounts(order))))
        .fact("Customer", |order| {
            Value::text(order.customer.clone()).link(format!("/accounts/users/{}", order.user_id))
        })
        .fact("Plan", |order| {
            Value::text(order.terms.name.clone()).link(format!("/catalog/plans/{}", order.plan_id))
        })
        .fact("Quantity", |order| Value::count(order.quantity))
        .fact("Region", |order| {
            Value::maybe(order.region.as_deref().map(region_name))
        })
        .fact("Kind", |order| Value::text(sentence(order.kind.as_str())))
        .fact("Topped up", |order| {
            order.esim_id.map_or_else(Value::absent, |id| {
                Value::text("View eSIM").link(format!("/esims/inventory/{id}"))
            })
        })
        .fact("Reference", |order| {
            order
                .reference
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Placed", |order| Value::time(order.created_at))
        .fact("Placed by", placed_by)
        .fact("Payment due", |order| Value::maybe_time(order.expires_at))
        .fact("Paid", |order| Value::maybe_time(order.paid_at))
        .fact("Delivered", |order| Value::maybe_time(order.delivered_at))
        .fact("Updated", |order| Value::ago(order.updated_at))
        .fact("ID", |order| Value::code(order.id.to_string()))
        .refresh_while(is_in_progress)
        .show()
}

/// Returns true if the order may change within seconds. A delivery that takes longer waits for the mail server.
fn is_in_progress(order: &Order) -> bool {
    let since = order
        .fulfilled_at
        .map(|at| now().signed_duration_since(at).num_minutes());
    let delivering = order.delivered_at.is_none() && since.is_some_and(|minutes| minutes < 2);
    match order.status {
        OrderStatus::PendingPayment | OrderStatus::Paid | OrderStatus::Provisioning => true,
        OrderStatus::Fulfilled => delivering,
        _ => false,
    }
}

/// Draws the reason of the current status, with the actions that can resolve it.
fn reason(order: &Order) -> Option<AnyView> {
    let why = order.status_reason.clone()?;
    let role = if order.status.is_stuck() {
        "alert"
    } else {
        "note"
    };
    let (word, tone) = status(order);
    let remedies = order.status.is_stuck().then(|| {
        let all = ["Retry", "Refund"].into_iter().filter_map(remedy);
        view! { <div class="actions">{all.collect_view()}</div> }
    });
    let view = view! {
        <div class="banner" role=role data-tone=tone.as_str()><p><strong>{sentence(word)}": "</strong>{why}</p>{remedies}</div>
    };
    Some(view.into_any())
}

/// Returns the address of the refund form of its payment, while any of it is refundable.
fn refund_at(order: &Order) -> Option<String> {
    let payment = order.refundable_payment_id?;
    Some(format!("/billing/refunds/new?transaction_id={payment}"))
}

fn placed_by(order: &Order) -> Value {
    match order.created_by {
        Some(id) if id == order.user_id => Value::text("The customer"),
        Some(id) => Value::text("Staff").link(format!("/accounts/users/{id}")),
        None => Value::text("System"),
    }
}
