//! What belongs to a person: orders, eSIMs, payments.

use kit::{
    format::sentence,
    page::{Related, related},
    table::{ago, code, count, day, maybe, money, state, text, value},
    ui::{Tone, Value},
};
use wire::{
    Permission, UserId,
    billing::{
        orders::{Order, OrderFilter},
        transactions::{Transaction, TransactionFilter, TransactionStatus},
    },
    esims::inventory::{Esim, EsimFilter, EsimStatus},
};

/// What they ordered.
pub fn orders(id: UserId) -> Related<Order> {
    related::<Order>(
        "Orders",
        Permission::OrdersRead,
        OrderFilter {
            user_id: Some(id),
            ..OrderFilter::default()
        },
    )
    .column(text("Order", |order: &Order| order.order_number.clone()))
    .column(text("Plan", |order: &Order| order.terms.name.clone()))
    .column(count("eSIMs", |order: &Order| order.quantity))
    .column(state("Status", |order: &Order| {
        (order.status.as_str(), order.status.tone().into())
    }))
    .column(money("Total", |order: &Order| {
        (Some(order.total_amount.clone()), order.currency)
    }))
    .column(ago("Placed", |order: &Order| Some(order.created_at)))
    .opens(|order| format!("/billing/orders/{}", order.id))
    .all("/billing/orders")
    .empty("Has not ordered anything yet.")
}

/// The eSIMs that they have.
pub fn esims(id: UserId) -> Related<Esim> {
    related::<Esim>(
        "eSIMs",
        Permission::EsimsRead,
        EsimFilter {
            user_id: Some(id),
            ..EsimFilter::default()
        },
    )
    .column(code("ICCID", |esim: &Esim| esim.iccid.clone()))
    .column(maybe("Plan", |esim: &Esim| esim.plan_name.clone()))
    .column(state("Status", |esim: &Esim| {
        (esim.status.as_str(), use_of(esim.status))
    }))
    .column(text("Profile", |esim: &Esim| {
        sentence(esim.profile_state.as_str())
    }))
    .column(day("Ends", |esim: &Esim| esim.expires_at))
    .opens(|esim| format!("/esims/inventory/{}", esim.id))
    .all("/esims/inventory")
    .empty("Has no eSIM.")
}

/// What they paid.
pub fn payments(id: UserId) -> Related<Transaction> {
    related::<Transaction>(
        "Payments",
        Permission::TransactionsRead,
        TransactionFilter {
            user_id: Some(id),
            ..TransactionFilter::default()
        },
    )
    .column(value("Order", |payment: &Transaction| {
        Value::linked(
            payment.order_number.as_deref(),
            payment.order_id.map(|id| format!("/billing/orders/{id}")),
        )
    }))
    .column(text("Method", |payment: &Transaction| {
        sentence(payment.payment_method.as_str())
    }))
    .column(state("Status", |payment: &Transaction| {
        (payment.status.as_str(), outcome(payment.status))
    }))
    .column(money("Total", |payment: &Transaction| {
        (Some(payment.total_amount.clone()), payment.currency)
    }))
    .column(ago("Opened", |payment: &Transaction| {
        Some(payment.created_at)
    }))
    .opens(|payment| format!("/billing/transactions/{}", payment.id))
    .all("/billing/transactions")
    .empty("Has not paid anything yet.")
}

const fn use_of(status: EsimStatus) -> Tone {
    match status {
        EsimStatus::Active => Tone::Good,
        EsimStatus::Available => Tone::News,
        EsimStatus::Suspended => Tone::Waiting,
        EsimStatus::Expired | EsimStatus::Cancelled => Tone::Neutral,
    }
}

const fn outcome(status: TransactionStatus) -> Tone {
    match status {
        TransactionStatus::Completed => Tone::Good,
        TransactionStatus::Pending => Tone::Waiting,
        TransactionStatus::Failed => Tone::Bad,
        TransactionStatus::Refunded | TransactionStatus::Cancelled => Tone::Neutral,
    }
}
