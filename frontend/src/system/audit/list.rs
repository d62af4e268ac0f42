//! The list of audit events.

use super::{KINDS, actor, subject};
use kit::{
    format::sentence,
    page::list_page,
    table::{dates, maybe, moment, one_of, picked, text, typed, value},
    ui::Icon,
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::{api_clients::ApiClient, users::User},
    system::audit::{AuditEntry, AuditSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<AuditEntry>("Audit log")
        .opens(|entry| format!("/system/audit/{}", entry.id))
        .column(text("Action", |entry: &AuditEntry| entry.describe()))
        .column(value("Object", subject))
        .column(value("Actor", actor))
        .column(
            maybe("Role", |entry: &AuditEntry| {
                entry.actor_role.map(|role| sentence(role.as_str()))
            })
            .wide(),
        )
        .column(
            moment("Time", |entry: &AuditEntry| Some(entry.created_at)).sort(AuditSort::CreatedAt),
        )
        .column(maybe("Reason", |entry: &AuditEntry| entry.reason.clone()).wide())
        .column(maybe("IP address", |entry: &AuditEntry| entry.ip.clone()).extra())
        .column(maybe("Request", |entry: &AuditEntry| entry.request_id.clone()).extra())
        .button(
            "Verify audit log",
            Icon::ShieldCheck,
            "/system/audit/check",
            Permission::AuditRead,
        )
        .filter(one_of("subject_type", "Object", KINDS))
        .filter(typed("action", "Action", "user.change_role or order.*"))
        .filter(picked::<User>("actor_id", "Actor"))
        .filter(picked::<ApiClient>("client_id", "API client"))
        .filter(typed("subject_id", "Object ID", "ID of the object"))
        .filter(typed("request_id", "Request", "Request ID"))
        .filter(dates("created_at_from", "created_at_to", "Time"))
        .empty(
            "No events yet",
            "Every change and every access to personal data is recorded here.",
        )
        .show()
}
