//! A new refund: of which payment, how much, and what happens to the eSIMs.

use super::eligibility;
use kit::{
    api::{self, Fault},
    form::{
        Draft, Source, area_field, choice_field, money_field, named_choice_field, picker_field,
    },
    format::{money, sentence},
    page::{Confirmation, Fixed, form_page},
    session,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, Decimal, Param, Permission, Resource,
    billing::{
        refunds::{Eligibility, NewRefund, Refund, RefundReason},
        transactions::Transaction,
    },
};

/// The eSIM actions with their labels.
const EFFECTS: &[(&str, &str)] = &[
    ("none", "Keep"),
    ("cancel", "Cancel where not installed, else suspend"),
    ("suspend", "Suspend"),
];

/// Draws the form. It fills in the amount and the eSIM action that the server recommends, and sends nothing before the
/// user has confirmed the amount.
pub fn screen() -> AnyView {
    form_page::<Refund, NewRefund, Fixed>(None)
        .begin(json!({ "reason_code": "not_working" }))
        .section(
            "Payment",
            "Only a completed payment can be refunded.",
            [picker_field(
                "transaction_id",
                "Payment",
                Source::within::<Transaction>(vec![("status", "completed".to_owned())], paid),
            )
            .help("Search by order number or full gateway ID.")],
        )
        .section(
            "Refund",
            "Above the limit for one person, a second person approves the refund before it is paid.",
            [
                money_field("amount", "Amount")
                    .unit_of("currency")
                    .help("The refundable amount, or a part of it."),
                named_choice_field("effect", "eSIM action", EFFECTS)
                    .help("A part of the amount keeps the eSIMs unless you choose otherwise."),
            ],
        )
        .section(
            "Reason",
            "For the record. The customer only sees the amount.",
            [
                choice_field("reason_code", "Reason", RefundReason::WORDS),
                area_field("reason", "Note").optional(),
            ],
        )
        .proposing_answer::<Eligibility>(
            "Eligibility",
            "Calculated now, from what was used and what time is left.",
            address,
            proposals,
            known,
        )
        .verb_of(verb)
        .confirm(confirmation)
        .show()
}

fn paid(payment: &Transaction) -> String {
    money(&payment.total_amount, payment.currency)
}

/// Where the recommendation is asked, once there is a payment.
fn address(draft: &Draft) -> Option<String> {
    let id = draft.text("transaction_id");
    (!id.is_empty()).then(|| format!("{}/{id}/eligibility", Transaction::PATH))
}

/// Proposes the whole refundable amount, and the eSIM action that goes with the typed amount.
fn proposals(draft: &Draft, known: &Eligibility) -> Vec<(&'static str, String)> {
    let all = known.left_amount.to_string();
    let all = all.strip_suffix(".00").unwrap_or(&all).to_owned();
    let amount = draft
        .number("amount")
        .unwrap_or_else(|| known.left_amount.clone());
    vec![
        ("currency", known.currency.as_str().to_owned()),
        ("amount", all),
        ("effect", known.effect_of(&amount).as_str().to_owned()),
    ]
}

/// Returns the typed amount with its currency, once both are valid.
fn typed(draft: &Draft) -> Option<String> {
    let currency = Currency::parse(draft.text("currency")).ok()?;
    let amount = draft.number("amount").filter(Decimal::is_positive)?;
    Some(money(&amount, currency))
}

/// Returns the label of the button: users who may not decide on refunds only request one.
fn verb(draft: &Draft) -> String {
    let verb = if decides() {
        "Refund"
    } else {
        "Request refund of"
    };
    match typed(draft) {
        Some(amount) => format!("{verb} {amount}"),
        None if decides() => "Refund".to_owned(),
        None => "Request refund".to_owned(),
    }
}

fn decides() -> bool {
    untrack(|| session::can(Permission::RefundsDecide))
}

/// Names the amount, the payment and what happens to the eSIMs.
async fn confirmation(draft: Draft) -> Result<Confirmation, Fault> {
    let url = format!("{}/{}", Transaction::PATH, draft.text("transaction_id"));
    let payment: Transaction = api::get(&url).await?;
    let verb = verb(&draft);
    let amount = typed(&draft).unwrap_or_default();
    let label = payment.label();
    let how = sentence(payment.payment_method.as_str()).to_lowercase();
    let esims = match draft.text("effect") {
        "cancel" => "eSIMs that are not installed are cancelled, the others are suspended.",
        "suspend" => "The eSIMs are suspended.",
        _ => "The eSIMs keep working.",
    };
    let then = if decides() {
        "Above the limit for one person, a second person has to approve it first."
    } else {
        "It is paid out once an administrator has approved it."
    };
    Ok(Confirmation {
        title: format!("{verb}?"),
        text: format!("{amount} of “{label}” goes back by {how}. {esims} {then}"),
        verb,
    })
}

fn known(_: &Draft, answer: Option<Result<Eligibility, Fault>>) -> AnyView {
    match answer {
        None => view! { <p class="muted">"Choose a payment to see what can be refunded."</p> }
            .into_any(),
        Some(Err(fault)) => {
            view! { <p class="banner" data-tone="waiting">{fault.sentence()}</p> }.into_any()
        }
        Some(Ok(known)) => eligibility::shown(&known),
    }
}
