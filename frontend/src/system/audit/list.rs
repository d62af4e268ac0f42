//! The record as a list.

use super::{KINDS, subject, who};
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

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<AuditEntry>("Audit log")
        .opens(|entry| format!("/system/audit/{}", entry.id))
        .column(text("Act", |entry: &AuditEntry| entry.told()))
        .column(value("On", subject))
        .column(value("By", who))
        .column(
            maybe("As", |entry: &AuditEntry| {
                entry.actor_role.map(|role| sentence(role.as_str()))
            })
            .wide(),
        )
        .column(
            moment("When", |entry: &AuditEntry| Some(entry.created_at)).sort(AuditSort::CreatedAt),
        )
        .column(maybe("Why", |entry: &AuditEntry| entry.reason.clone()).wide())
        .column(maybe("From", |entry: &AuditEntry| entry.ip.clone()).extra())
        .column(maybe("Request", |entry: &AuditEntry| entry.request_id.clone()).extra())
        .button(
            "Check the record",
            Icon::ShieldCheck,
            "/system/audit/check",
            Permission::AuditRead,
        )
        .filter(one_of("subject_type", "On", KINDS))
        .filter(typed("action", "Act", "user.appoint, or order.*"))
        .filter(picked::<User>("actor_id", "By"))
        .filter(picked::<ApiClient>("client_id", "Client"))
        .filter(typed(
            "subject_id",
            "Its id",
            "The id of what it was done to",
        ))
        .filter(typed("request_id", "Request", "The id of a request"))
        .filter(dates("created_at_from", "created_at_to", "When"))
        .empty(
            "Nothing was recorded yet",
            "Everything that changes something, or opens something secret, is kept here.",
        )
        .show()
}
