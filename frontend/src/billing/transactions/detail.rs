//! The page of one payment: its amounts, its order, its refunds and its timeline.

use super::{
    actions::refund_at,
    disputed,
    record::record,
    refunded, status,
    timeline::{gateway_events, timeline_card},
};
use crate::billing::{parts::order, refunds};
use kit::{
    format::{money, sentence},
    page::{Related, detail_page},
    ui::{Icon, Line, Step, Tone, Value, line, stepper, sums, total},
};
use leptos::prelude::*;
use wire::{
    Decimal, Permission, TransactionId,
    billing::{
        refunds::{Refund, RefundFilter},
        transactions::{Transaction, TransactionStatus},
    },
};

/// Draws the detail page.
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
        .above(|paid| Some(stepper("Progress of the payment", steps(paid))))
        .above(failure)
        .above(transfer)
        .card("Amount", |paid| Some(sums(amounts(paid))))
        .card("Order", |paid| paid.order_id.map(order))
        .related(refunds_of(id))
        .part(move |reload| timeline_card(id, reload))
        .card("Gateway events", |paid| {
            (!paid.payment_method.is_recorded())
                .then(|| gateway_events(paid.id))
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
        .fact("Created", |paid| Value::time(paid.created_at))
        .fact("Completed", |paid| Value::maybe_time(paid.completed_at))
        .fact("ID", |paid| Value::code(paid.id.to_string()))
        .refresh_while(|paid| paid.status == TransactionStatus::Pending)
        .show()
}

fn failure(paid: &Transaction) -> Option<AnyView> {
    let (why, (word, tone)) = (paid.failure_reason.clone()?, status(paid));
    let view = view! {
        <div class="banner" role="note" data-tone=tone.as_str()><p><strong>{sentence(word)}": "</strong>{why}</p></div>
    };
    Some(view.into_any())
}

/// Draws the banner of a payment that staff have to record, with the buttons for it.
fn transfer(paid: &Transaction) -> Option<AnyView> {
    let is_waiting = paid.payment_method.is_recorded() && paid.status == TransactionStatus::Pending;
    if !is_waiting {
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

fn steps(paid: &Transaction) -> Vec<Step> {
    let step = |label: &'static str, text: Option<Value>, tone: Tone| Step { label, text, tone };
    let result = match paid.status {
        TransactionStatus::Pending => step("Awaiting payment", None, Tone::Waiting),
        TransactionStatus::Failed => step("Failed", None, Tone::Bad),
        TransactionStatus::Cancelled => step("Cancelled", None, Tone::Bad),
        TransactionStatus::Completed | TransactionStatus::Refunded => {
            step("Completed", paid.completed_at.map(Value::time), Tone::Good)
        }
    };
    let mut steps = vec![
        step("Created", Some(Value::time(paid.created_at)), Tone::Good),
        result,
    ];
    if paid.refunded_amount.is_positive() {
        let text = Some(Value::money(&paid.refunded_amount, paid.currency));
        let all = paid.refunded_amount >= paid.total_amount;
        steps.push(step(
            if all {
                "Refunded"
            } else {
                "Partially refunded"
            },
            text,
            Tone::Good,
        ));
    }
    steps
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

/// Returns the refunds of a payment.
fn refunds_of(id: TransactionId) -> Related<Refund> {
    let filter = RefundFilter {
        transaction_id: Some(id),
        ..RefundFilter::default()
    };
    refunds::short_list(filter, "No refunds.")
}
