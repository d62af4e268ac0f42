//! The customer beside the ticket, with the customer's eSIMs, orders, payments, refunds and other tickets.

use super::{priority_badge, status_badge};
use crate::{billing::transactions, esims::inventory};
use kit::{
    api,
    format::{money, sentence},
    page::load,
    task,
    ui::{Tone, Value, facts, meter},
};
use leptos::prelude::*;
use wire::{
    Resource, TicketId,
    accounts::users::UserStatus,
    data::used_of,
    support::tickets::{
        ContextCustomer, ContextEsim, ContextOrder, ContextPayment, ContextRefund, ContextTicket,
        Ticket, TicketContext,
    },
};

/// Draws the customer of a ticket and the customer's newest records.
pub fn customer(id: TicketId) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/context", Ticket::PATH);
        task(async move { api::get::<TicketContext>(&path).await })
    };
    load(fetch, |context: TicketContext| draw(&context))
}

fn draw(context: &TicketContext) -> AnyView {
    view! {
        <div class="context">
            {person(&context.customer)}
            {group("eSIMs", &context.esims, esim)}
            {group("Orders", &context.orders, order)}
            {group("Payments", &context.payments, payment)}
            {group("Refunds", &context.refunds, refund)}
            {group("Other tickets", &context.tickets, ticket)}
        </div>
    }
    .into_any()
}

fn person(of: &ContextCustomer) -> AnyView {
    let tone = match of.status {
        UserStatus::Active => Tone::Good,
        UserStatus::Inactive => Tone::Neutral,
        UserStatus::Suspended | UserStatus::Banned => Tone::Bad,
    };
    facts(vec![
        (
            "Name",
            Value::text(of.name.clone()).link(format!("/accounts/users/{}", of.id)),
        ),
        ("E-mail", Value::text(of.email.clone())),
        ("Account", Value::state(of.status.as_str(), tone)),
        ("Identity", Value::text(sentence(of.kyc_status.as_str()))),
        ("Since", Value::day(of.created_at)),
    ])
}

/// Draws the records of one kind under their heading; nothing without records.
fn group<T>(title: &'static str, records: &[T], one: fn(&T) -> AnyView) -> Option<AnyView> {
    (!records.is_empty()).then(|| {
        let records = records
            .iter()
            .map(|record| view! { <li>{one(record)}</li> });
        view! { <section><h3>{title}</h3><ul>{records.collect_view()}</ul></section> }.into_any()
    })
}

/// Draws a record: what it is, its state, and a line about it.
fn record(name: Value, state: Value, text: Value) -> AnyView {
    view! { <p class="context-record">{name.view()}{state.view()}<small class="muted">{text.view()}</small></p> }
        .into_any()
}

fn esim(of: &ContextEsim) -> AnyView {
    let (word, tone) = inventory::status_badge(of.status);
    let usage = of.used_bytes.map(|used| {
        let text = used_of(used, of.total_bytes);
        let bar = of.total_bytes.filter(|total| *total > 0);
        let bar = bar.map(|total| meter(text.clone(), used, total));
        view! { {bar}<small class="muted">{text}</small> }
    });
    let expiry = of
        .expires_at
        .map(|end| view! { <small class="muted">"Expires "{Value::until(end).view()}</small> });
    view! {
        {record(
            Value::text(of.iccid.clone()).link(format!("/esims/inventory/{}", of.id)),
            Value::state(word, tone),
            Value::text(of.plan_name.clone().unwrap_or_else(|| sentence(of.profile_state.as_str()))),
        )}
        {usage}{expiry}
    }
    .into_any()
}

fn order(of: &ContextOrder) -> AnyView {
    record(
        Value::text(of.order_number.clone()).link(format!("/billing/orders/{}", of.id)),
        Value::state(of.status.as_str(), of.status.tone().into()),
        Value::text(format!(
            "{} · {}",
            money(&of.total_amount, of.currency),
            kit::format::date(of.created_at)
        )),
    )
}

fn payment(of: &ContextPayment) -> AnyView {
    let (word, tone) = transactions::status_badge(of.status);
    record(
        Value::money(&of.total_amount, of.currency)
            .link(format!("/billing/transactions/{}", of.id)),
        Value::state(word, tone),
        Value::day(of.created_at),
    )
}

fn refund(of: &ContextRefund) -> AnyView {
    record(
        Value::money(&of.amount, of.currency).link(format!("/billing/refunds/{}", of.id)),
        Value::state(of.approval_state.as_str(), Tone::Neutral),
        Value::text(format!(
            "{} · {}",
            sentence(of.status.as_str()),
            kit::format::date(of.created_at)
        )),
    )
}

fn ticket(of: &ContextTicket) -> AnyView {
    let (word, tone) = status_badge(of.status);
    let (priority, _) = priority_badge(of.priority);
    record(
        Value::text(of.ticket_number.clone()).link(format!("/support/tickets/{}", of.id)),
        Value::state(word, tone),
        Value::text(format!("{} · {}", sentence(priority), of.subject)),
    )
}
