//! Reconciliation: cases where payments, orders and eSIMs do not match.

mod actions;
mod detail;
mod list;

use kit::{
    Screen,
    format::now,
    ui::{Tone, Value},
};
use leptos::prelude::untrack;
use wire::{
    Permission,
    billing::reconciliation::{Case, CaseStatus},
};

/// The screens of cases.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/reconciliation",
        title: "Reconciliation",
        needs: Permission::CasesRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/reconciliation/{id}",
        title: "Case",
        needs: Permission::CasesRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the status badge of a case.
fn status(case: &Case) -> (&'static str, Tone) {
    let tone = match case.status {
        CaseStatus::Open => Tone::Waiting,
        CaseStatus::Escalated => Tone::Bad,
        CaseStatus::Resolved => Tone::Good,
    };
    (case.status.as_str(), tone)
}

/// Returns how long a case has been open: amber after one hour, red after one day.
fn age(case: &Case) -> Value {
    let waited = now().signed_duration_since(case.created_at);
    let tone = match waited.num_hours() {
        _ if case.status == CaseStatus::Resolved => return Value::ago(case.created_at),
        ..1 => Tone::Neutral,
        1..24 => Tone::Waiting,
        _ => Tone::Bad,
    };
    Value::badge(kit::format::ago(case.created_at, now()), tone)
        .hint(kit::format::moment(case.created_at))
}

/// Returns true if the current user has claimed the open case.
fn is_mine(case: &Case) -> bool {
    let me = untrack(kit::session::user).map(|me| me.id);
    me.is_some() && case.status != CaseStatus::Resolved && case.active_claimant(now()) == me
}

/// Returns true if the open case can be claimed.
fn is_free(case: &Case) -> bool {
    case.status != CaseStatus::Resolved && case.active_claimant(now()).is_none()
}
