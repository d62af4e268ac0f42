//! The list of cases, the oldest first.

use super::{age, status};
use kit::{
    api::{ApiError, Call, send},
    format::{count, now},
    page::list_page,
    table::{ago, choice, dates, maybe, money, state, value},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    accounts::kyc::ClaimedBy,
    billing::reconciliation::{Case, CaseKind, CaseSort, CaseStatus, ReconciliationRun},
};

/// Draws the list. Without filters in the address, it shows the open and escalated cases.
pub fn screen() -> AnyView {
    list_page::<Case>("Reconciliation")
        .search("Order number")
        .opens(|case| format!("/billing/reconciliation/{}", case.id))
        .column(value("Case", |case: &Case| {
            Value::text(case.kind.title()).note(case.finding.clone())
        }))
        .column(state("Status", status))
        .column(value("Opened", age).sort(CaseSort::CreatedAt))
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
        .column(maybe("Assignee", assignee).wide())
        .column(ago("Resolved", |case: &Case| case.resolved_at).extra())
        .column(maybe("Resolution", |case: &Case| case.resolution.clone()).extra())
        .filter(choice("status", "Status", CaseStatus::WORDS))
        .filter(choice("kind", "Kind", CaseKind::WORDS))
        .filter(choice("claimed_by", "Assignee", ClaimedBy::WORDS))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Opened"))
        .default_query("status=open,escalated")
        .task("Check now", Icon::RefreshCw, Permission::CasesWrite, check)
        .empty(
            "No cases",
            "A case is opened when payments, orders and eSIMs do not match: immediately, or by the hourly check.",
        )
        .show()
}

fn assignee(case: &Case) -> Option<String> {
    case.active_claimant(now())
        .and(case.claimant.clone())
        .or(case.resolver.clone())
}

/// Runs the hourly check now.
async fn check() -> Result<String, ApiError> {
    let run: ReconciliationRun = send(Call::post("/v1/reconciliation/check"))
        .await?
        .json()
        .await?;
    Ok(match (run.opened, run.resolved) {
        (0, 0) => "No new cases".to_owned(),
        (0, resolved) => format!("No new cases, {} resolved", count(resolved)),
        (opened, resolved) => format!("{} opened, {} resolved", count(opened), count(resolved)),
    })
}
