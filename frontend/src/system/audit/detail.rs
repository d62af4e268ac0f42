//! One act: who did what, why, and what it changed.

use super::{subject, who};
use kit::{
    format::sentence,
    page::detail_page,
    ui::{Tone, Value, changes},
};
use leptos::prelude::*;
use wire::{AuditId, system::audit::AuditEntry};

/// Draws it.
pub fn screen(id: AuditId) -> AnyView {
    detail_page::<AuditEntry>(id)
        .subtitle(|entry| {
            format!(
                "{} · {}",
                who(entry).plain(),
                kit::format::moment(entry.created_at)
            )
        })
        .fact("On", subject)
        .fact("Its id", |entry| {
            entry
                .subject_id
                .map_or_else(Value::absent, |id| Value::code(id.to_string()))
        })
        .fact("By", who)
        .fact("As", |entry| {
            Value::maybe(entry.actor_role.map(|role| sentence(role.as_str())))
        })
        .fact("Kept", |entry| match entry.is_linked {
            true => Value::badge("Linked", Tone::Good).hint("Nobody can take it away unnoticed."),
            false => Value::badge("Sealed", Tone::Neutral)
                .hint("It becomes a link of the chain within seconds."),
        })
        .fact("When", |entry| Value::time(entry.created_at))
        .fact("From", |entry| {
            entry.ip.clone().map_or_else(Value::absent, Value::code)
        })
        .fact("Request", |entry| {
            entry.request_id.clone().map_or_else(Value::absent, |id| {
                let all = format!("/system/audit?request_id={id}");
                Value::text(id).link(all)
            })
        })
        .card("Why", |entry| {
            entry
                .reason
                .clone()
                .map(|reason| view! { <p class="prose">{reason}</p> }.into_any())
        })
        .card("What changed", |entry| Some(changes(entry.change.as_ref())))
        .show()
}
