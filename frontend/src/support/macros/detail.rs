//! The page of a macro.

use super::describe;
use kit::{
    api, go,
    page::{Action, action, detail_page},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{MacroId, Permission, support::macros::TicketMacro};

/// Draws the detail page.
pub fn screen(id: MacroId) -> AnyView {
    detail_page::<TicketMacro>(id)
        .edit(Permission::TicketsSetup, |row| {
            Some(format!("/support/macros/{}/edit", row.id))
        })
        .action(remove_and_leave())
        .card("Reply", |row| row.reply.clone().map(prose))
        .card("Internal note", |row| row.note.clone().map(prose))
        .card("Actions", |row| {
            let actions = row.actions.iter().map(|action| {
                let text = describe(action);
                view! { <li>{text}</li> }
            });
            let actions = actions.collect_view();
            (!actions.is_empty()).then(|| view! { <ol class="numbered">{actions}</ol> }.into_any())
        })
        .history("macro")
        .fact("Created", |row| Value::time(row.created_at))
        .fact("Updated", |row| Value::ago(row.updated_at))
        .fact("ID", |row| Value::code(row.id.to_string()))
        .show()
}

fn prose(text: String) -> AnyView {
    view! { <p class="prose">{text}</p> }.into_any()
}

/// Deletes macros of the list.
pub fn remove() -> Action<TicketMacro> {
    action(
        "Delete",
        "deleted",
        Permission::TicketsSetup,
        |row: TicketMacro| async move { api::remove(&row).await },
    )
    .asks("Staff can no longer run the macro. Tickets stay as they are.")
    .icon(Icon::Trash2)
    .danger()
}

/// Deletes the macro and returns to the list.
fn remove_and_leave() -> Action<TicketMacro> {
    action(
        "Delete",
        "deleted",
        Permission::TicketsSetup,
        |row: TicketMacro| async move {
            api::remove(&row).await?;
            go("/support/macros");
            Ok(())
        },
    )
    .asks("Staff can no longer run the macro. Tickets stay as they are.")
    .icon(Icon::Trash2)
    .danger()
}
