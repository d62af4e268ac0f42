//! The page of a rule.

use super::{status, then, when};
use kit::{
    api, go,
    page::{Action, action, detail_page},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, TicketRuleId,
    support::macros::{EditTicketRule, TicketRule},
};

/// Draws the detail page.
pub fn screen(id: TicketRuleId) -> AnyView {
    detail_page::<TicketRule>(id)
        .badge(status)
        .edit(Permission::TicketsSetup, |rule| {
            Some(format!("/support/rules/{}/edit", rule.id))
        })
        .action(set_active("Activate", "active", true))
        .action(set_active("Deactivate", "inactive", false))
        .action(remove_and_leave())
        .card("Rule", |rule| {
            let (when, then) = (when(&rule.conditions), then(&rule.actions));
            Some(view! { <p class="prose">{format!("When {when}, then {then}.")}</p> }.into_any())
        })
        .history("ticket_rule")
        .fact("Place", |rule| Value::count(rule.position))
        .fact("Assign to", |rule| {
            rule.actions.assign_to.map_or_else(Value::absent, |id| {
                Value::text("View user").link(format!("/accounts/users/{id}"))
            })
        })
        .fact("Created", |rule| Value::time(rule.created_at))
        .fact("Updated", |rule| Value::ago(rule.updated_at))
        .fact("ID", |rule| Value::code(rule.id.to_string()))
        .show()
}

fn set_active(label: &'static str, done: &'static str, to: bool) -> Action<TicketRule> {
    action(
        label,
        done,
        Permission::TicketsSetup,
        move |rule: TicketRule| async move {
            let edit = EditTicketRule {
                is_active: Some(to),
                ..EditTicketRule::default()
            };
            api::edit::<TicketRule>(rule.id, rule.version, &edit)
                .await
                .map(drop)
        },
    )
    .when(move |rule| rule.is_active != to)
    .icon(if to { Icon::Play } else { Icon::Ban })
}

/// Deletes rules of the list.
pub fn remove() -> Action<TicketRule> {
    action(
        "Delete",
        "deleted",
        Permission::TicketsSetup,
        |rule: TicketRule| async move { api::remove(&rule).await },
    )
    .asks("The rule no longer applies to new tickets. Existing tickets stay as they are.")
    .icon(Icon::Trash2)
    .danger()
}

/// Deletes the rule and returns to the list.
fn remove_and_leave() -> Action<TicketRule> {
    action(
        "Delete",
        "deleted",
        Permission::TicketsSetup,
        |rule: TicketRule| async move {
            api::remove(&rule).await?;
            go("/support/rules");
            Ok(())
        },
    )
    .asks("The rule no longer applies to new tickets. Existing tickets stay as they are.")
    .icon(Icon::Trash2)
    .danger()
}
