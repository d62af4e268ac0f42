//! The form of a new refund: the payment, the amount and the eSIM action.

use super::eligibility;
use kit::{
    api::{self, ApiError},
    form::{
        Draft, Source, area_field, choice_field, money_field, named_choice_field, picker_field,
    },
    format::{money, sentence},
    page::{Confirmation, NotEditable, form_page},
    session,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, Decimal, Param, Permission, Resource,
    billing::{
        refunds::{NewRefund, Refund, RefundEligibility, RefundReason},
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
    form_page::<Refund, NewRefund, NotEditable>(None)
        .begin(json!({ "reason_code": "not_working" }))
        .section(
            "Payment",
            "Only a completed payment can be refunded.",
            [picker_field(
                "transaction_id",
                "Payment",
                Source::filtered_resource::<Transaction>(vec![("status", "completed".to_owned())], paid),
            )
            .help("Search by order number or full gateway ID.")],
        )
        .section(
            "Refund",
            "Above the limit for one person, a second person approves the refund before it is paid.",
            [
                money_field("amount", "Amount")
                    .unit_of("currency")
                    .help("At most the refundable amount."),
                named_choice_field("effect", "eSIM action", EFFECTS)
                    .help("A partial refund keeps the eSIMs unless you choose another action."),
            ],
        )
        .section(
            "Reason",
            "For internal use. The customer only sees the amount.",
            [
                choice_field("reason_code", "Reason", RefundReason::WORDS),
                area_field("reason", "Note").optional(),
            ],
        )
        .proposing_answer::<RefundEligibility>(
            "Eligibility",
            "Calculated now, from the usage and the remaining validity.",
            address,
            proposals,
            eligibility_view,
        )
        .verb_of(verb)
        .confirm(confirmation)
        .show()
}

fn paid(payment: &Transaction) -> String {
    money(&payment.total_amount, payment.currency)
}

/// Returns the address of the eligibility, once a payment is chosen.
fn address(draft: &Draft) -> Option<String> {
    let id = draft.text("transaction_id");
    (!id.is_empty()).then(|| format!("{}/{id}/eligibility", Transaction::PATH))
}

/// Proposes the whole refundable amount, and the eSIM action that goes with the typed amount.
fn proposals(draft: &Draft, known: &RefundEligibility) -> Vec<(&'static str, String)> {
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
async fn confirmation(draft: Draft) -> Result<Confirmation, ApiError> {
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

fn eligibility_view(_: &Draft, answer: Option<Result<RefundEligibility, ApiError>>) -> AnyView {
    match answer {
        None => view! { <p class="muted">"Choose a payment to see what can be refunded."</p> }
            .into_any(),
        Some(Err(error)) => {
            view! { <p class="banner" data-tone="waiting">{error.sentence()}</p> }.into_any()
        }
        Some(Ok(known)) => eligibility::current(&known),
    }
}
