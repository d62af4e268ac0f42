//! The inbox of what does not add up.

mod acts;
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

/// How far it has come.
fn status(case: &Case) -> (&'static str, Tone) {
    let tone = match case.status {
        CaseStatus::Open => Tone::Waiting,
        CaseStatus::Escalated => Tone::Bad,
        CaseStatus::Resolved => Tone::Good,
    };
    (case.status.as_str(), tone)
}

/// How long money has rested here: after an hour somebody should look, after a day somebody has to.
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

/// Whether whoever is signed in works on it.
fn is_mine(case: &Case) -> bool {
    let me = untrack(kit::session::user).map(|me| me.id);
    me.is_some() && case.status != CaseStatus::Resolved && case.held_by(now()) == me
}

/// Whether it can be taken up.
fn is_free(case: &Case) -> bool {
    case.status != CaseStatus::Resolved && case.held_by(now()).is_none()
}
