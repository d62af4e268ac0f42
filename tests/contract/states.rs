//! `docs/states.md` is generated from the transition tables beside the status enums.
//!
//! `UPDATE_DOCS=1 cargo test -p tests contract::states` writes the file.

use std::{fmt::Display, fs, path::Path};
use wire::{
    accounts::{kyc::KycDocumentStatus, users::UserStatus},
    billing::{
        disputes::DisputeState, orders::OrderStatus, reconciliation::CaseStatus,
        refunds::RefundStatus, transactions::TransactionStatus,
    },
    esims::{
        inventory::{EsimStatus, ProfileState},
        operations::EsimOperationStatus,
        usage::BundleStatus,
    },
    integrations::{allocations::ProvisioningStatus, providers::ProviderRunStatus},
    support::tickets::TicketStatus,
};

const INTRODUCTION: &str = "# States

The allowed transitions of every record with a status. This file is generated from the `can_become` tables in
`crates/wire`; `UPDATE_DOCS=1 cargo test -p tests contract::states` writes it. A change that its table does not allow is
rejected with 409 `wrong_state`.
";

/// Draws a transition table: a diagram, and the statuses that nothing follows.
fn section<S: Copy + Display>(
    title: &str,
    note: &str,
    all: &[S],
    can_become: impl Fn(S, S) -> bool,
) -> String {
    let mut arrows = String::new();
    let mut last = Vec::new();
    for &from in all {
        let targets: Vec<S> = all
            .iter()
            .copied()
            .filter(|&to| can_become(from, to))
            .collect();
        if targets.is_empty() {
            last.push(format!("`{from}`"));
        }
        for to in targets {
            arrows.push_str(&format!("    {from} --> {to}\n"));
        }
    }
    let last = if last.is_empty() {
        "No status is final.".to_owned()
    } else {
        format!("Final: {}.", last.join(", "))
    };
    format!("\n## {title}\n\n{note}\n\n```mermaid\nstateDiagram-v2\n{arrows}```\n\n{last}\n")
}

fn document() -> String {
    let sections = [
        section(
            "Order",
            "`needs_review` waits for a staff member: an outcome that is not known, a part of the order that was delivered, or money that arrived after the order was closed. `failed` means that every provider declined.",
            OrderStatus::ALL,
            OrderStatus::can_become,
        ),
        section(
            "Payment (transaction)",
            "A payment that failed or was cancelled can still be completed: the gateway may report the money late.",
            TransactionStatus::ALL,
            TransactionStatus::can_become,
        ),
        section(
            "Refund",
            "The status of the payout. Whether the refund is approved or rejected is its approval state.",
            RefundStatus::ALL,
            RefundStatus::can_become,
        ),
        section(
            "Dispute",
            "The bank decides.",
            DisputeState::ALL,
            DisputeState::can_become,
        ),
        section(
            "Reconciliation case",
            "A case whose discrepancy no longer exists is resolved by the hourly check.",
            CaseStatus::ALL,
            CaseStatus::can_become,
        ),
        section(
            "Provisioning of a unit",
            "One unit of an order: an eSIM, or a top-up of one.",
            ProvisioningStatus::ALL,
            ProvisioningStatus::can_become,
        ),
        section(
            "Provider run",
            "A requested call to a provider: a test, the balance, the catalog or the eSIMs.",
            ProviderRunStatus::ALL,
            ProviderRunStatus::can_become,
        ),
        section(
            "eSIM",
            "The service. Only a top-up, or a provider that reports a later end of the bundle, leads from `expired` to `active`.",
            EsimStatus::ALL,
            EsimStatus::can_become,
        ),
        section(
            "eSIM profile",
            "Where the profile is on its way to the device. Notifications arrive late and out of order, so a profile skips states.",
            ProfileState::ALL,
            ProfileState::can_become,
        ),
        section(
            "Bundle",
            "The data on an eSIM. A provider that reports a later end makes an ended bundle active again.",
            BundleStatus::ALL,
            BundleStatus::can_become,
        ),
        section(
            "eSIM operation",
            "Suspend, resume, cancel or refresh. `refused` means that nothing was changed, `failed` that the outcome could not be found out.",
            EsimOperationStatus::ALL,
            EsimOperationStatus::can_become,
        ),
        section(
            "Support ticket",
            "The customer's answer reopens a resolved ticket; the answer to a closed one opens a new ticket. A resolved ticket is closed after some days (`tickets.auto_close_days`).",
            TicketStatus::ALL,
            TicketStatus::can_become,
        ),
        section(
            "User account",
            "`inactive` is for users who leave on their own; `suspended` and `banned` are set by staff.",
            UserStatus::ALL,
            UserStatus::can_become,
        ),
        section(
            "Identity document",
            "A decision is final; the customer sends another document.",
            KycDocumentStatus::ALL,
            KycDocumentStatus::can_become,
        ),
    ];
    format!("{INTRODUCTION}{}", sections.concat())
}

#[test]
fn state_diagrams_are_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/states.md");
    let document = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &document).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        committed, document,
        "docs/states.md is outdated: run UPDATE_DOCS=1 cargo test -p tests contract::states"
    );
}
