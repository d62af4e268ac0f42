//! The page of one audit event: the actor, the object, the reason and the changes.

use super::{actor, subject};
use kit::{
    format::sentence,
    page::detail_page,
    ui::{Tone, Value, changes},
};
use leptos::prelude::*;
use wire::{AuditId, system::audit::AuditEntry};

/// Draws the detail page.
pub fn screen(id: AuditId) -> AnyView {
    detail_page::<AuditEntry>(id)
        .subtitle(|entry| {
            format!(
                "{} · {}",
                actor(entry).plain(),
                kit::format::moment(entry.created_at)
            )
        })
        .fact("Object", subject)
        .fact("Object ID", |entry| {
            entry
                .subject_id
                .map_or_else(Value::absent, |id| Value::code(id.to_string()))
        })
        .fact("Actor", actor)
        .fact("Role", |entry| {
            Value::maybe(entry.actor_role.map(|role| sentence(role.as_str())))
        })
        .fact("Integrity", |entry| match entry.is_linked {
            true => Value::badge("Verified", Tone::Good)
                .hint("The event is part of the hash chain. Removing it would be detected."),
            false => Value::badge("Pending", Tone::Neutral)
                .hint("The event is added to the hash chain within seconds."),
        })
        .fact("Time", |entry| Value::time(entry.created_at))
        .fact("IP address", |entry| {
            entry.ip.clone().map_or_else(Value::absent, Value::code)
        })
        .fact("Request", |entry| {
            entry.request_id.clone().map_or_else(Value::absent, |id| {
                let all = format!("/system/audit?request_id={id}");
                Value::text(id).link(all)
            })
        })
        .card("Reason", |entry| {
            entry
                .reason
                .clone()
                .map(|reason| view! { <p class="prose">{reason}</p> }.into_any())
        })
        .card("Changes", |entry| Some(changes(entry.change.as_ref())))
        .show()
}
