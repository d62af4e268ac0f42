//! The record of every act.

mod detail;
mod list;
mod verdict;

use kit::{Screen, format::sentence, ui::Value};
use wire::{ApiClientId, Permission, UserId, system::audit::AuditEntry};

/// The screens of the record.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/system/audit",
        title: "Audit log",
        needs: Permission::AuditRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/system/audit/check",
        title: "Check the record",
        needs: Permission::AuditRead,
        view: |_| Some(verdict::screen()),
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
    "kyc_document",
    "api_client",
    "esim",
    "plan",
    "price",
    "order",
    "transaction",
    "provider",
    "notification",
    "setting",
    "view",
    "keys",
    "audit",
];

/// Where things of this kind have their page.
pub fn page(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "user" => "/accounts/users",
        "api_client" => "/accounts/api-clients",
        "kyc_document" => "/accounts/kyc",
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

/// A thing of a kind, and the way there.
pub fn of(kind: &str, id: Option<impl ToString>) -> Value {
    let (named, path) = (Value::text(sentence(kind)), page(kind));
    match (id.map(|id| id.to_string()), path) {
        // Settings stand on one page together.
        (Some(_), None) if kind == "setting" => named.link("/system/settings"),
        (Some(id), Some(path)) => named.hint(id.clone()).link(format!("{path}/{id}")),
        (Some(id), None) => named.hint(id),
        (None, _) => named,
    }
}

/// What it was done to.
fn subject(entry: &AuditEntry) -> Value {
    of(&entry.subject_type, entry.subject_id)
}

/// Somebody by name, or who it was if the name is gone: a person, an integrator's client, or the system itself.
pub fn by(
    person: (&Option<String>, Option<UserId>),
    client: (&Option<String>, Option<ApiClientId>),
) -> Value {
    match (person, client) {
        ((Some(name), Some(id)), _) => {
            Value::text(name.clone()).link(format!("/accounts/users/{id}"))
        }
        ((None, Some(id)), _) => Value::text("Somebody who is gone").hint(id.to_string()),
        (_, (name, Some(id))) => Value::text(name.clone().unwrap_or_else(|| "A client".to_owned()))
            .note("API client")
            .link(format!("/accounts/api-clients/{id}")),
        _ => Value::text("System"),
    }
}

/// Who did it.
fn who(entry: &AuditEntry) -> Value {
    by(
        (&entry.actor, entry.actor_id),
        (&entry.client, entry.client_id),
    )
}
