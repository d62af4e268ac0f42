//! The list of macros.

use super::{detail::remove, summary};
use kit::{
    page::list_page,
    table::{ago, text},
};
use leptos::prelude::*;
use wire::{
    Permission,
    support::macros::{MacroSort, TicketMacro},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<TicketMacro>("Macros")
        .search("Name")
        .opens(|row| format!("/support/macros/{}", row.id))
        .column(text("Name", |row: &TicketMacro| row.name.clone()).sort(MacroSort::Name))
        .column(text("What it does", summary))
        .column(ago("Updated", |row: &TicketMacro| Some(row.updated_at)).wide())
        .column(
            ago("Created", |row: &TicketMacro| Some(row.created_at))
                .sort(MacroSort::CreatedAt)
                .extra(),
        )
        .action(remove())
        .new_button("New macro", "/support/macros/new", Permission::TicketsSetup)
        .empty(
            "No macros yet",
            "A macro answers a common question with one click: a reply, a note, and actions.",
        )
        .show()
}
