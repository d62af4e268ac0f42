//! The payment of an order, and the simulator that stands in for a gateway in development.

use super::super::transactions::{record::record, status};
use kit::{
    api,
    format::{money, sentence},
    page::load_on,
    session, task,
    ui::{ButtonVariant, Icon, Value, card, external_link, facts, task_button},
};
use leptos::prelude::*;
use wire::{
    Filter, OrderId, Page, Permission,
    billing::transactions::{
        SimulatePayment, SimulatedOutcome, Transaction, TransactionFilter, TransactionStatus,
    },
};

/// Draws the payments; nothing for users who may not see them. A change of `reload` reloads them.
pub fn payments(id: OrderId, reload: RwSignal<u32>) -> AnyView {
    if !session::can(Permission::TransactionsRead) {
        return ().into_any();
    }
    let of = TransactionFilter {
        order_id: Some(id),
        ..TransactionFilter::default()
    };
    let fetch = move || {
        let pairs = of.pairs();
        task(async move { api::page::<Transaction>(&pairs).await })
    };
    let draw = |page: Page<Transaction>| match page.data.is_empty() {
        true => view! { <p class="muted">"No payment yet."</p> }.into_any(),
        false => page.data.into_iter().map(payment).collect_view().into_any(),
    };
    card("Payment", load_on(reload, fetch, draw))
}

fn payment(paid: Transaction) -> AnyView {
    let (word, tone) = status(&paid);
    let href = format!("/billing/transactions/{}", paid.id);
    let pending = paid.status == TransactionStatus::Pending;
    let simulated = pending
        && paid.payment_gateway.as_deref() == Some("simulator")
        && session::can(Permission::PaymentsSimulate);
    let checkout = paid.checkout_url.clone().filter(|_| pending);
    let mut all = vec![
        ("Status", Value::state(word, tone)),
        (
            "Amount",
            Value::text(money(&paid.total_amount, paid.currency)).link(href),
        ),
        (
            "Method",
            Value::text(sentence(paid.payment_method.as_str())),
        ),
        (
            "Gateway",
            Value::maybe(paid.payment_gateway.as_deref().map(sentence)),
        ),
        (
            "Gateway ID",
            paid.gateway_transaction_id
                .clone()
                .map_or_else(Value::absent, Value::code),
        ),
    ];
    all.extend(checkout.clone().map(|url| ("Checkout", Value::code(url))));
    all.extend(paid.completed_at.map(|at| ("Completed", Value::time(at))));
    let failure = paid
        .failure_reason
        .clone()
        .filter(|_| paid.status == TransactionStatus::Failed)
        .map(|why| view! { <p class="banner" data-tone="bad">{why}</p> });
    view! {
        <div class="payment">
            {failure}
            {facts(all)}
            {checkout.map(|url| view! { <div class="actions">{external_link("Open checkout", url)}</div> })}
            {record(&paid)}
            {simulated.then(|| simulator(paid))}
        </div>
    }
    .into_any()
}

fn simulator(paid: Transaction) -> AnyView {
    let simulate = move |outcome: SimulatedOutcome| {
        let paid = paid.clone();
        move || {
            let paid = paid.clone();
            task(
                async move { api::post_action(&paid, "simulate", &SimulatePayment { outcome }).await },
            )
        }
    };
    view! {
        <section class="banner simulator" aria-label="Payment simulator">
            <p><strong>"Payment simulator. "</strong>"No real gateway is connected: choose how the payment ends."</p>
            <div class="actions">
                {task_button("Succeed", ButtonVariant::Primary, Some(Icon::Check), "Simulating a successful payment", simulate(SimulatedOutcome::Succeed))}
                {task_button("Decline", ButtonVariant::Danger, Some(Icon::Ban), "Simulating a declined payment", simulate(SimulatedOutcome::Decline))}
            </div>
        </section>
    }
    .into_any()
}
