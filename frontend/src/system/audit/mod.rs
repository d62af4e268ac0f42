//! The audit log.

mod detail;
mod list;
mod verification;

use kit::{Screen, format::sentence, ui::Value};
use wire::{ApiClientId, Permission, UserId, system::audit::AuditEntry};

/// The screens of the audit log.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/system/audit",
        title: "Audit log",
        needs: Permission::AuditRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/system/audit/check",
        title: "Verify audit log",
        needs: Permission::AuditRead,
        view: |_| Some(verification::screen()),
    },
    Screen {
        path: "/system/audit/{id}",
        title: "Audit event",
        needs: Permission::AuditRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// The kinds of objects of audit events.
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

/// Returns the address of the pages of a kind of object.
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

/// Returns the kind of an object, with a link to its page.
pub fn object(kind: &str, id: Option<impl ToString>) -> Value {
    let (named, path) = (Value::text(sentence(kind)), page(kind));
    match (id.map(|id| id.to_string()), path) {
        // All settings are on one page.
        (Some(_), None) if kind == "setting" => named.link("/system/settings"),
        (Some(id), Some(path)) => named.hint(id.clone()).link(format!("{path}/{id}")),
        (Some(id), None) => named.hint(id),
        (None, _) => named,
    }
}

/// Returns the object of an audit event.
fn subject(entry: &AuditEntry) -> Value {
    object(&entry.subject_type, entry.subject_id)
}

/// The actor of an event: a user, an API client, or neither for the system.
pub struct Actor<'a> {
    /// The name of the user; none once the user is erased.
    pub name: Option<&'a str>,
    /// The user.
    pub id: Option<UserId>,
    /// The name of the API client.
    pub client: Option<&'a str>,
    /// The API client.
    pub client_id: Option<ApiClientId>,
}

/// Returns the name of an actor, with a link to its page.
pub fn actor_link(actor: Actor<'_>) -> Value {
    match (actor.name, actor.id, actor.client_id) {
        (Some(name), Some(id), _) => Value::text(name).link(format!("/accounts/users/{id}")),
        (None, Some(id), _) => Value::text("Deleted user").hint(id.to_string()),
        (_, None, Some(id)) => Value::text(actor.client.unwrap_or("Deleted client"))
            .note("API client")
            .link(format!("/accounts/api-clients/{id}")),
        _ => Value::text("System"),
    }
}

/// Returns the actor of an audit event.
fn actor(entry: &AuditEntry) -> Value {
    actor_link(Actor {
        name: entry.actor.as_deref(),
        id: entry.actor_id,
        client: entry.client.as_deref(),
        client_id: entry.client_id,
    })
}
