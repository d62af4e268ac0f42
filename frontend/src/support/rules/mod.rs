//! The rules for new tickets.

mod detail;
mod form;
mod list;

use kit::{Screen, format::sentence, ui::Tone};
use wire::{
    Permission,
    support::macros::{RuleActions, RuleConditions, TicketRule},
};

/// The screens of rules.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/support/rules",
        title: "Rules",
        needs: Permission::TicketsWrite,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/support/rules/new",
        title: "New rule",
        needs: Permission::TicketsSetup,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/support/rules/{id}",
        title: "Rule",
        needs: Permission::TicketsWrite,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/support/rules/{id}/edit",
        title: "Edit",
        needs: Permission::TicketsSetup,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Returns the status badge of a rule.
const fn status(rule: &TicketRule) -> (&'static str, Tone) {
    if rule.is_active {
        ("active", Tone::Good)
    } else {
        ("inactive", Tone::Neutral)
    }
}

/// Describes when a rule applies.
fn when(of: &RuleConditions) -> String {
    let parts = [
        of.channel.map(|channel| {
            format!(
                "it arrived by {}",
                sentence(channel.as_str()).to_lowercase()
            )
        }),
        of.category
            .as_ref()
            .map(|category| format!("its category is {category}")),
        of.priority.map(|priority| {
            format!(
                "its priority is {}",
                sentence(priority.as_str()).to_lowercase()
            )
        }),
        of.words
            .as_ref()
            .map(|words| format!("it contains {}", words.join(" or "))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" and ")
}

/// Describes what a rule does.
fn then(of: &RuleActions) -> String {
    let parts = [
        of.assign_to
            .map(|_| "assign it to a staff member".to_owned()),
        of.priority.map(|priority| {
            let priority = sentence(priority.as_str()).to_lowercase();
            format!("set its priority to {priority}")
        }),
        of.category
            .as_ref()
            .map(|category| format!("set its category to {category}")),
        of.tags
            .as_ref()
            .map(|tags| format!("add the tags {}", tags.join(", "))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}
