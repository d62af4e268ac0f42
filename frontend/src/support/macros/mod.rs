//! Macros: prepared replies with actions.

mod detail;
mod form;
mod list;

use kit::{Screen, format::sentence};
use wire::{
    Permission,
    support::macros::{MacroAction, TicketMacro},
};

/// The screens of macros.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/support/macros",
        title: "Macros",
        needs: Permission::TicketsWrite,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/support/macros/new",
        title: "New macro",
        needs: Permission::TicketsSetup,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/support/macros/{id}",
        title: "Macro",
        needs: Permission::TicketsWrite,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/support/macros/{id}/edit",
        title: "Edit",
        needs: Permission::TicketsSetup,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Describes an action in a few words.
pub fn describe(action: &MacroAction) -> String {
    match action {
        MacroAction::SetStatus(status) => {
            format!("Set the status to {}", lower(status.as_str()))
        }
        MacroAction::SetPriority(priority) => {
            format!("Set the priority to {}", lower(priority.as_str()))
        }
        MacroAction::Assign(_) => "Assign to a staff member".to_owned(),
        MacroAction::AssignToMe => "Assign to the staff member who runs the macro".to_owned(),
        MacroAction::AddTag(tag) => format!("Add the tag {tag}"),
        MacroAction::RemoveTag(tag) => format!("Remove the tag {tag}"),
        MacroAction::ResendDelivery => "Send the delivery e-mail again".to_owned(),
        MacroAction::RequestRefund(reason) => {
            format!("Request a refund: {}", lower(reason.as_str()))
        }
        MacroAction::RefreshEsim => "Refresh the eSIM".to_owned(),
        MacroAction::SuspendEsim => "Suspend the eSIM".to_owned(),
        MacroAction::ResumeEsim => "Resume the eSIM".to_owned(),
    }
}

/// Describes a macro in one line.
pub fn summary(of: &TicketMacro) -> String {
    let actions: Vec<String> = of.actions.iter().map(describe).collect();
    match (of.reply.is_some(), actions.is_empty()) {
        (true, true) => "Reply only".to_owned(),
        (true, false) => format!("Reply; {}", actions.join("; ")),
        (false, _) => actions.join("; "),
    }
}

fn lower(word: &str) -> String {
    sentence(word).to_lowercase()
}
