//! The page of one case: the finding, the records that it concerns, and the actions that resolve it.

use super::{actions, age, is_mine, status};
use kit::{
    format::{moment, now},
    page::detail_page,
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::{
    CaseId,
    billing::reconciliation::{Case, CaseStatus},
};

/// Draws the detail page.
pub fn screen(id: CaseId) -> AnyView {
    let page = detail_page::<Case>(id)
        .badge(status)
        .subtitle(assignee)
        .action(actions::claim());
    actions::resolutions()
        .into_iter()
        .fold(page, |page, act| page.action(act))
        .action(actions::escalate())
        .action(actions::release())
        .above(finding)
        .history("case")
        .fact("Opened", age)
        .fact("Amount", |case| match (&case.amount, case.currency) {
            (Some(amount), Some(currency)) => Value::money(amount, currency),
            _ => Value::absent(),
        })
        .fact("Order", |case| {
            let href = case.order_id.map(|id| format!("/billing/orders/{id}"));
            Value::linked(case.order_number.as_deref(), href)
        })
        .fact("Payment", |case| {
            let href = case
                .transaction_id
                .map(|id| format!("/billing/transactions/{id}"));
            Value::linked(href.is_some().then_some("View payment"), href)
        })
        .fact("Refund", |case| {
            let href = case.refund_id.map(|id| format!("/billing/refunds/{id}"));
            Value::linked(href.is_some().then_some("View refund"), href)
        })
        .fact("eSIM", |case| {
            let href = case.esim_id.map(|id| format!("/esims/inventory/{id}"));
            Value::linked(href.is_some().then_some("View eSIM"), href)
        })
        .fact("Customer", |case| {
            let href = case.user_id.map(|id| format!("/accounts/users/{id}"));
            Value::linked(case.customer.as_deref(), href)
        })
        .fact("Escalated by", |case| Value::maybe(case.escalator.clone()))
        .fact("Escalated", |case| Value::maybe_time(case.escalated_at))
        .fact("Resolved by", |case| match case.resolved_at {
            Some(_) => Value::text(case.resolver.clone().unwrap_or_else(|| "System".to_owned())),
            None => Value::absent(),
        })
        .fact("Resolved", |case| Value::maybe_time(case.resolved_at))
        .fact("ID", |case| Value::code(case.id.to_string()))
        .show()
}

/// Returns who has claimed the case, and until when.
fn assignee(case: &Case) -> String {
    let until = case
        .claimed_until
        .filter(|_| case.active_claimant(now()).is_some());
    match (until, case.claimant.as_deref()) {
        (Some(until), _) if is_mine(case) => format!("Locked to you until {}", moment(until)),
        (Some(until), Some(who)) => format!("Locked to {who} until {}", moment(until)),
        _ if case.status != CaseStatus::Resolved => {
            "Assign it to yourself to resolve it.".to_owned()
        }
        _ => String::new(),
    }
}

/// Draws the finding and the resolution.
fn finding(case: &Case) -> Option<AnyView> {
    let tone = match case.status {
        CaseStatus::Resolved => Tone::Good,
        _ => Tone::Bad,
    };
    let done = case.resolution.clone().map(|how| {
        let what = case
            .action
            .map(|action| format!("{}: ", actions::label(action)));
        view! { <p><strong>{what}</strong>{how}</p> }
    });
    let view = view! {
        <div class="banner" role="note" data-tone=tone.as_str()><p>{case.finding.clone()}</p>{done}</div>
    };
    Some(view.into_any())
}
