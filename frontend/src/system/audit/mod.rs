//! The record of every act.

mod detail;
mod list;

use kit::{Screen, format::sentence, ui::Value};
use wire::{Permission, system::audit::AuditEntry};

/// The screens of the record.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/system/audit",
        title: "Audit log",
        needs: Permission::AuditRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/system/audit/{id}",
        title: "Entry",
        needs: Permission::AuditRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// The kinds of things that acts are done to.
const KINDS: &[&str] = &[
    "user",
    "session",
    "esim",
    "plan",
    "price",
    "order",
    "transaction",
    "provider",
    "notification",
];

/// Where things of this kind have their page.
fn page(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "user" => "/accounts/users",
        "esim" => "/esims/inventory",
        "plan" => "/catalog/plans",
        "price" => "/catalog/pricing",
        "order" => "/billing/orders",
        "transaction" => "/billing/transactions",
        "provider" => "/integrations/providers",
        "notification" => "/messaging/notifications",
        _ => return None,
    })
}

/// What it was done to, and the way there.
fn subject(entry: &AuditEntry) -> Value {
    let kind = Value::text(sentence(&entry.subject_type));
    let Some(id) = entry.subject_id else {
        return kind;
    };
    let named = kind.hint(id.to_string());
    match page(&entry.subject_type) {
        Some(page) => named.link(format!("{page}/{id}")),
        None => named,
    }
}

/// Who did it, and as what.
fn who(entry: &AuditEntry) -> Value {
    match (&entry.actor, entry.actor_id) {
        (Some(name), Some(id)) => Value::text(name.clone()).link(format!("/accounts/users/{id}")),
        (None, Some(id)) => Value::text("Somebody who is gone").hint(id.to_string()),
        (_, None) => Value::text("System"),
    }
}
