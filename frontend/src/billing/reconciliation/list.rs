//! The inbox: what waits longest comes first.

use super::{age, status};
use kit::{
    api::{Call, Fault, send},
    format::{count, now},
    page::list_page,
    table::{ago, choice, dates, maybe, money, state, value},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    accounts::kyc::KycClaim,
    billing::reconciliation::{Case, CaseKind, CaseSort, CaseStatus, Checked},
};

/// Draws it; whoever comes without saying what they want sees what waits.
pub fn screen() -> AnyView {
    list_page::<Case>("Reconciliation")
        .search("Order number")
        .opens(|case| format!("/billing/reconciliation/{}", case.id))
        .column(value("Case", |case: &Case| {
            Value::text(case.kind.title()).note(case.finding.clone())
        }))
        .column(state("Status", status))
        .column(value("Found", age).sort(CaseSort::CreatedAt))
        .column(
            money("Amount", |case: &Case| {
                (case.amount.clone(), case.currency.unwrap_or(Currency::Usd))
            })
            .sort(CaseSort::Amount),
        )
        .column(value("Order", |case: &Case| {
            let href = case.order_id.map(|id| format!("/billing/orders/{id}"));
            Value::linked(case.order_number.as_deref(), href)
        }))
        .column(maybe("Customer", |case: &Case| case.customer.clone()).wide())
        .column(maybe("Assignee", worker).wide())
        .column(ago("Resolved", |case: &Case| case.resolved_at).extra())
        .column(maybe("How", |case: &Case| case.resolution.clone()).extra())
        .filter(choice("status", "Status", CaseStatus::WORDS))
        .filter(choice("kind", "Kind", CaseKind::WORDS))
        .filter(choice("claimed_by", "Assignee", KycClaim::WORDS))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Found"))
        .begins_with("status=open,escalated")
        .task("Check now", Icon::RefreshCw, Permission::CasesWrite, check)
        .empty(
            "No cases",
            "A case is opened when payments, orders and eSIMs do not match: at once, or by the hourly check.",
        )
        .show()
}

fn worker(case: &Case) -> Option<String> {
    case.held_by(now())
        .and(case.claimant.clone())
        .or(case.resolver.clone())
}

/// Looks for what does not add up, without waiting for the hour.
async fn check() -> Result<String, Fault> {
    let checked: Checked = send(Call::post("/v1/reconciliation/check"))
        .await?
        .json()
        .await?;
    Ok(match (checked.opened, checked.resolved) {
        (0, 0) => "Nothing new was found".to_owned(),
        (0, resolved) => format!("Nothing new, {} resolved", count(resolved)),
        (opened, resolved) => format!("{} found, {} resolved", count(opened), count(resolved)),
    })
}
