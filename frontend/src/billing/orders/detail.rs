//! One order: how far it has come, what it brought, what was delivered.

use super::{payment::payments, stages::stages, status, timeline::steps};
use kit::{
    api,
    format::{money, percent, place, sentence},
    page::{Act, Related, act, act_for, detail_page, related},
    table::{code, moment, state, text, value},
    ui::{Icon, Line, Tone, Value, dialog::Reason, line, sums, total, track},
};
use leptos::prelude::*;
use wire::{
    Decimal, OrderId, Permission,
    billing::orders::{CancelOrder, Order, OrderStatus},
    esims::inventory::{Esim, EsimFilter},
    messaging::notifications::{Notification, NotificationFilter, NotificationStatus},
};

/// Draws it.
pub fn screen(id: OrderId) -> AnyView {
    detail_page::<Order>(id)
        .badge(status)
        .subtitle(|order| format!("{} for {}", order.terms.name, order.customer))
        .action(retry())
        .action(resend())
        .action(cancel())
        .above(|order| Some(track("How far the order has come", stages(order))))
        .above(reason)
        .part(move |again| steps(id, again))
        .part(move |again| payments(id, again))
        .related(esims(id))
        .related(messages(id))
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
            Value::maybe(order.region.as_deref().map(place))
        })
        .fact("Kind", |order| Value::text(sentence(order.kind.as_str())))
        .fact("Reference", |order| {
            order
                .reference
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Placed", |order| Value::time(order.created_at))
        .fact("Placed by", placed_by)
        .fact("To be paid by", |order| Value::maybe_time(order.expires_at))
        .fact("Paid", |order| Value::maybe_time(order.paid_at))
        .fact("Delivered", |order| Value::maybe_time(order.delivered_at))
        .fact("Changed", |order| Value::ago(order.updated_at))
        .fact("Id", |order| Value::code(order.id.to_string()))
        .refresh_while(|order| moves(order))
        .show()
}

/// Whether something may happen to it within seconds.
fn moves(order: &Order) -> bool {
    let undelivered = order.status == OrderStatus::Fulfilled && order.delivered_at.is_none();
    undelivered
        || matches!(
            order.status,
            OrderStatus::PendingPayment | OrderStatus::Paid | OrderStatus::Provisioning
        )
}

fn cancel() -> Act<Order> {
    act_for("Cancel order", "cancelled", Permission::OrdersWrite, Reason::Required, |order: Order, reason| async move {
        api::act(&order, "cancel", &CancelOrder { reason }).await
    })
    .asks("The customer can no longer pay it. Nothing was charged.")
    .when(|order| order.status == OrderStatus::PendingPayment)
    .icon(Icon::Ban)
    .danger()
}

fn retry() -> Act<Order> {
    act("Retry", "taken up again", Permission::OrdersRetry, |order: Order| async move { api::act(&order, "retry", &()).await })
        .asks("What is missing is looked for in stock again, then asked of the providers. Nothing is delivered twice.")
        .when(|order| order.status.is_stuck())
        .icon(Icon::RotateCcw)
}

fn resend() -> Act<Order> {
    act(
        "Resend delivery",
        "sent again",
        Permission::OrdersResend,
        |order: Order| async move { api::act(&order, "resend", &()).await },
    )
    .asks("The customer gets the message with the installation links once more.")
    .when(|order| order.status == OrderStatus::Fulfilled)
    .icon(Icon::Send)
}

fn reason(order: &Order) -> Option<AnyView> {
    let tone = Tone::from(order.status.tone()).word();
    let role = if order.status.is_stuck() {
        "alert"
    } else {
        "note"
    };
    order.status_reason.clone().map(|why| {
        view! { <div class="banner" role=role data-tone=tone><p>{why}</p></div> }.into_any()
    })
}

/// What the customer pays, line by line; and what is left of it, for who may see costs.
fn amounts(order: &Order) -> Vec<Line> {
    let show = |amount: &Decimal| money(amount, order.currency);
    let less = |amount: &Decimal| show(&Decimal::zero().minus(amount));
    let mut lines = vec![line(
        format!("{} × {}", show(&order.unit_price), order.quantity),
        show(&order.unit_price.times(order.quantity)),
    )];
    if order.discount_amount.is_positive() {
        lines.push(line("Discount", less(&order.discount_amount)));
    }
    if order.tax_amount.is_positive() {
        lines.push(line("Tax", show(&order.tax_amount)));
    }
    lines.push(total("Total", show(&order.total_amount)));
    if let Some(unit) = &order.unit_cost {
        let (cost, net) = (
            unit.times(order.quantity),
            order.total_amount.minus(&order.tax_amount),
        );
        let margin = net.minus(&cost);
        let share = margin
            .percent_of(&net)
            .map(|share| format!(" ({})", percent(&share)))
            .unwrap_or_default();
        lines.push(line(
            format!("Cost, {} × {}", show(unit), order.quantity),
            show(&cost),
        ));
        lines.push(line("Margin", format!("{}{share}", show(&margin))));
    }
    lines
}

fn placed_by(order: &Order) -> Value {
    match order.created_by {
        Some(id) if id == order.user_id => Value::text("The customer"),
        Some(id) => Value::text("Staff").link(format!("/accounts/users/{id}")),
        None => Value::text("The system"),
    }
}

fn esims(id: OrderId) -> Related<Esim> {
    related::<Esim>(
        "eSIMs",
        Permission::EsimsRead,
        EsimFilter {
            order_id: Some(id),
            ..EsimFilter::default()
        },
    )
    .column(code("ICCID", |esim: &Esim| esim.iccid.clone()))
    .column(state("Status", crate::esims::inventory::status))
    .column(text("Profile", |esim: &Esim| {
        sentence(esim.profile_state.as_str())
    }))
    .column(value("Provider", |esim: &Esim| {
        Value::maybe(esim.provider_name.clone())
    }))
    .column(moment("Assigned", |esim: &Esim| esim.assigned_at))
    .opens(|esim| format!("/esims/inventory/{}", esim.id))
    .all("/esims/inventory")
    .empty("None yet: they come once the order is paid.")
}

fn messages(id: OrderId) -> Related<Notification> {
    related::<Notification>(
        "Messages",
        Permission::NotificationsRead,
        NotificationFilter {
            order_id: Some(id),
            ..NotificationFilter::default()
        },
    )
    .column(text("Subject", |sent: &Notification| {
        sent.subject.clone().unwrap_or_else(|| "Message".to_owned())
    }))
    .column(state("Status", delivery))
    .column(text("By", |sent: &Notification| {
        sentence(sent.r#type.as_str())
    }))
    .column(text("To", |sent: &Notification| sent.destination.clone()))
    .column(moment("Sent", |sent: &Notification| sent.sent_at))
    .opens(|sent| format!("/messaging/notifications/{}", sent.id))
    .all("/messaging/notifications")
    .empty("None yet: the delivery is sent once every eSIM is there.")
}

fn delivery(sent: &Notification) -> (&'static str, Tone) {
    let tone = match sent.status {
        NotificationStatus::Pending => Tone::Waiting,
        NotificationStatus::Sent | NotificationStatus::Read => Tone::Good,
        NotificationStatus::Failed => Tone::Bad,
    };
    (sent.status.as_str(), tone)
}
