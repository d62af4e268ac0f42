//! The list of rules, in the order in which they apply.

use super::{detail::remove, status, then, when};
use kit::{
    page::list_page,
    table::{ago, count, state, text, yes_no},
};
use leptos::prelude::*;
use wire::{
    Permission,
    support::macros::{TicketRule, TicketRuleSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<TicketRule>("Rules")
        .search("Name")
        .opens(|rule| format!("/support/rules/{}", rule.id))
        .column(text("Name", |rule: &TicketRule| rule.name.clone()))
        .column(state("Status", status))
        .column(text("When a new ticket", |rule: &TicketRule| {
            when(&rule.conditions)
        }))
        .column(text("Then", |rule: &TicketRule| then(&rule.actions)))
        .column(
            count("Place", |rule: &TicketRule| rule.position)
                .sort(TicketRuleSort::Position)
                .wide(),
        )
        .column(
            ago("Created", |rule: &TicketRule| Some(rule.created_at))
                .sort(TicketRuleSort::CreatedAt)
                .extra(),
        )
        .filter(yes_no("is_active", "Status", "Active", "Inactive"))
        .action(remove())
        .new_button("New rule", "/support/rules/new", Permission::TicketsSetup)
        .empty(
            "No rules yet",
            "A rule assigns, tags and prioritises new tickets. All active rules that match apply, in their order.",
        )
        .show()
}
