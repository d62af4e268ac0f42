//! One payment: what was asked for, how it adds up, what it paid for.

use super::{
    acts::refund_at,
    disputed,
    record::record,
    refunded, status,
    story::{receipts, steps},
};
use crate::billing::{parts::order, refunds};
use kit::{
    format::{money, sentence},
    page::{Related, detail_page},
    ui::{Icon, Line, Stage, Tone, Value, line, sums, total, track},
};
use leptos::prelude::*;
use wire::{
    Decimal, Permission, TransactionId,
    billing::{
        refunds::{Refund, RefundFilter},
        transactions::{Transaction, TransactionStatus},
    },
};

/// Draws it.
pub fn screen(id: TransactionId) -> AnyView {
    detail_page::<Transaction>(id)
        .badge(status)
        .also(refunded)
        .also(disputed)
        .subtitle(|paid| {
            format!(
                "{} by {}",
                money(&paid.total_amount, paid.currency),
                sentence(paid.payment_method.as_str()).to_lowercase()
            )
        })
        .link_key(
            "Refund",
            Icon::Undo2,
            Permission::RefundsRequest,
            refund_at,
            "r",
        )
        .above(|paid| Some(track("How far the payment has come", stages(paid))))
        .above(failure)
        .above(transfer)
        .card("Amount", |paid| Some(sums(amounts(paid))))
        .card("Order", |paid| paid.order_id.map(order))
        .related(given_back(id))
        .part(move |again| steps(id, again))
        .card("Gateway events", |paid| {
            (!paid.payment_method.is_recorded())
                .then(|| receipts(paid.id))
                .flatten()
        })
        .history("transaction")
        .fact("Method", |paid| {
            Value::text(sentence(paid.payment_method.as_str()))
        })
        .fact("Gateway", |paid| {
            Value::maybe(paid.payment_gateway.as_deref().map(sentence))
        })
        .fact("Gateway ID", |paid| {
            paid.gateway_transaction_id
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Checkout", |paid| {
            paid.checkout_url
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Customer", |paid| {
            Value::text("View customer").link(format!("/accounts/users/{}", paid.user_id))
        })
        .fact("eSIM", |paid| {
            paid.esim_id.map_or_else(Value::absent, |id| {
                Value::text("View eSIM").link(format!("/esims/inventory/{id}"))
            })
        })
        .fact("Reference", |paid| {
            paid.reference
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Dispute", |paid| {
            let href = format!("/billing/disputes?transaction_id={}", paid.id);
            let state = paid.dispute_state.as_deref().map(sentence);
            Value::linked(state.as_deref(), Some(href))
        })
        .fact("Opened", |paid| Value::time(paid.created_at))
        .fact("Completed", |paid| Value::maybe_time(paid.completed_at))
        .fact("Id", |paid| Value::code(paid.id.to_string()))
        .refresh_while(|paid| paid.status == TransactionStatus::Pending)
        .show()
}

fn failure(paid: &Transaction) -> Option<AnyView> {
    let (why, (word, tone)) = (paid.failure_reason.clone()?, status(paid));
    let view = view! {
        <div class="banner" role="note" data-tone=tone.word()><p><strong>{sentence(word)}": "</strong>{why}</p></div>
    };
    Some(view.into_any())
}

/// Draws the banner of a payment that staff have to record, with the buttons for it.
fn transfer(paid: &Transaction) -> Option<AnyView> {
    let waits = paid.payment_method.is_recorded() && paid.status == TransactionStatus::Pending;
    if !waits {
        return None;
    }
    let how = sentence(paid.payment_method.as_str()).to_lowercase();
    let text = format!(
        "Waiting for the {how}. No gateway reports it: record the payment when the money has arrived."
    );
    Some(
        view! {
            <div class="banner recording" role="note" data-tone="waiting"><p>{text}</p>{record(paid)}</div>
        }
        .into_any(),
    )
}

fn stages(paid: &Transaction) -> Vec<Stage> {
    let stage = |label: &'static str, says: Option<Value>, tone: Tone| Stage { label, says, tone };
    let came = match paid.status {
        TransactionStatus::Pending => stage("Awaiting payment", None, Tone::Waiting),
        TransactionStatus::Failed => stage("Failed", None, Tone::Bad),
        TransactionStatus::Cancelled => stage("Cancelled", None, Tone::Bad),
        TransactionStatus::Completed | TransactionStatus::Refunded => {
            stage("Completed", paid.completed_at.map(Value::time), Tone::Good)
        }
    };
    let mut stages = vec![
        stage("Opened", Some(Value::time(paid.created_at)), Tone::Good),
        came,
    ];
    if paid.refunded_amount.is_positive() {
        let says = Some(Value::money(&paid.refunded_amount, paid.currency));
        let all = paid.refunded_amount >= paid.total_amount;
        stages.push(stage(
            if all {
                "Refunded"
            } else {
                "Partially refunded"
            },
            says,
            Tone::Good,
        ));
    }
    stages
}

fn amounts(paid: &Transaction) -> Vec<Line> {
    let show = |amount: &Decimal| money(amount, paid.currency);
    let less = |amount: &Decimal| show(&Decimal::zero().minus(amount));
    let mut lines = vec![
        line("Amount", show(&paid.amount)),
        line("Discount", less(&paid.discount_amount)),
        line("Tax", show(&paid.tax_amount)),
        total("Total", show(&paid.total_amount)),
    ];
    if paid.refunded_amount.is_positive() {
        lines.push(line("Refunded", less(&paid.refunded_amount)));
        lines.push(total(
            "Net",
            show(&paid.total_amount.minus(&paid.refunded_amount)),
        ));
    }
    lines
}

/// What of it was given back, or shall be.
fn given_back(id: TransactionId) -> Related<Refund> {
    let filter = RefundFilter {
        transaction_id: Some(id),
        ..RefundFilter::default()
    };
    refunds::short_list(filter, "No refunds.")
}
