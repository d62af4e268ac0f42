//! The actions on a ticket, and on several tickets of the list.

use crate::support::staff;
use kit::{
    api,
    form::Source,
    go,
    page::{Action, action, action_with_reason},
    session,
    ui::{Icon, dialog::Reason},
};
use leptos::prelude::*;
use serde_json::{Value, json};
use wire::{
    Param, Permission, TicketId, UserId,
    support::tickets::{
        AssignTicket, EditTicket, MergeTicket, Ticket, TicketPriority, TicketStatus,
    },
};

/// The priorities with their labels, the highest first.
const PRIORITIES: &[(&str, &str)] = &[
    ("urgent", "Urgent"),
    ("high", "High"),
    ("medium", "Medium"),
    ("low", "Low"),
];

/// Assigns the ticket to the current user. When several users try it, one gets the ticket.
pub fn claim() -> Action<Ticket> {
    action(
        "Assign to me",
        "assigned to you",
        Permission::TicketsWrite,
        |ticket: Ticket| async move { api::post_action(&ticket, "claim", &()).await },
    )
    .when(|ticket| is_not_closed(ticket) && ticket.assigned_to.is_none())
    .bulk_request_of(|_| json!({ "assign": me() }))
    .icon(Icon::User)
    .key("c")
}

/// Assigns the ticket to a staff member.
pub fn assign() -> Action<Ticket> {
    action_with_reason(
        "Assign",
        "assigned",
        Permission::TicketsWrite,
        Reason::Picked("Staff member"),
        |ticket: Ticket, id| async move {
            let assigned_to = UserId::parse(&id).ok();
            api::post_action(&ticket, "assign", &AssignTicket { assigned_to }).await
        },
    )
    .picked_from(|_| staff::source())
    .asks("The staff member works on the ticket from now on.")
    .bulk_request_of(|id| json!({ "assign": id }))
    .when(is_not_closed)
    .icon(Icon::Users)
}

/// Releases the ticket, so that another staff member can take it.
pub fn release() -> Action<Ticket> {
    action(
        "Release",
        "released",
        Permission::TicketsWrite,
        |ticket: Ticket| async move {
            api::post_action(&ticket, "assign", &AssignTicket { assigned_to: None }).await
        },
    )
    .bulk_request_of(|_| json!({ "assign": Value::Null }))
    .when(|ticket| is_not_closed(ticket) && ticket.assigned_to.is_some())
    .icon(Icon::Undo2)
}

/// Sets the priority.
pub fn set_priority() -> Action<Ticket> {
    action_with_reason(
        "Set priority",
        "has a new priority",
        Permission::TicketsWrite,
        Reason::OneOf("Priority", PRIORITIES),
        |ticket: Ticket, word| async move {
            let edit = EditTicket {
                priority: TicketPriority::parse(&word).ok(),
                ..EditTicket::default()
            };
            api::edit::<Ticket>(ticket.id, ticket.version, &edit)
                .await
                .map(drop)
        },
    )
    .titled(|ticket| format!("Set the priority of {}?", ticket.ticket_number))
    .selected(|ticket| ticket.priority.as_str().to_owned())
    .asks("The due times are calculated again from the creation of the ticket.")
    .bulk_request_of(|word| json!({ "set_priority": word }))
    .when(is_not_closed)
    .icon(Icon::TriangleAlert)
}

/// Adds a tag.
pub fn add_tag() -> Action<Ticket> {
    tag("Add tag", "tagged", |ticket, tag| {
        if !ticket.tags.contains(&tag) {
            ticket.tags.push(tag);
        }
    })
    .bulk_request_of(|tag| json!({ "add_tag": tag }))
}

/// Removes a tag.
pub fn remove_tag() -> Action<Ticket> {
    tag("Remove tag", "changed", |ticket, tag| {
        ticket.tags.retain(|known| *known != tag);
    })
    .bulk_request_of(|tag| json!({ "remove_tag": tag }))
}

fn tag(label: &'static str, done: &'static str, change: fn(&mut Ticket, String)) -> Action<Ticket> {
    action_with_reason(
        label,
        done,
        Permission::TicketsWrite,
        Reason::Text("Tag"),
        move |mut ticket: Ticket, tag| async move {
            change(&mut ticket, wire::support::tickets::normalize_tag(&tag));
            let edit = EditTicket {
                tags: Some(ticket.tags),
                ..EditTicket::default()
            };
            api::edit::<Ticket>(ticket.id, ticket.version, &edit)
                .await
                .map(drop)
        },
    )
    .when(is_not_closed)
    .icon(Icon::Tags)
}

/// Resolves the ticket.
pub fn resolve() -> Action<Ticket> {
    action(
        "Resolve",
        "resolved",
        Permission::TicketsWrite,
        |ticket: Ticket| async move { api::post_action(&ticket, "resolve", &()).await },
    )
    .bulk_request_of(|_| json!("resolve"))
    .when(|ticket| ticket.status.is_active())
    .icon(Icon::CircleCheck)
    .primary()
    .key("d")
}

/// Closes the ticket.
pub fn close() -> Action<Ticket> {
    action(
        "Close",
        "closed",
        Permission::TicketsWrite,
        |ticket: Ticket| async move { api::post_action(&ticket, "close", &()).await },
    )
    .asks("A closed ticket stays closed: the customer's answer opens a new ticket.")
    .bulk_request_of(|_| json!("close"))
    .when(is_not_closed)
    .icon(Icon::Lock)
}

/// Reopens the resolved ticket.
pub fn reopen() -> Action<Ticket> {
    action(
        "Reopen",
        "reopened",
        Permission::TicketsWrite,
        |ticket: Ticket| async move { api::post_action(&ticket, "reopen", &()).await },
    )
    .when(|ticket| ticket.status == TicketStatus::Resolved)
    .icon(Icon::RotateCcw)
    .primary()
}

/// Merges the ticket into another one of the same customer, which then opens.
pub fn merge() -> Action<Ticket> {
    action_with_reason(
        "Merge",
        "merged",
        Permission::TicketsWrite,
        Reason::Picked("Ticket that stays"),
        |ticket: Ticket, id| async move {
            let Ok(into_id) = TicketId::parse(&id) else {
                return Ok(());
            };
            api::post_action(&ticket, "merge", &MergeTicket { into_id }).await?;
            go(&format!("/support/tickets/{into_id}"));
            Ok(())
        },
    )
    .titled(|ticket| format!("Merge {} into another ticket?", ticket.ticket_number))
    .asks("The messages move to another ticket of the same customer. Both numbers then open that ticket.")
    .picked_from(|ticket| {
        let fixed = vec![("user_id", ticket.user_id.to_string())];
        Source::filtered_resource::<Ticket>(fixed, |other: &Ticket| other.subject.clone())
    })
    .bulk_request_of(|id| json!({ "merge_into": id }))
    .when(is_not_closed)
    .icon(Icon::Inbox)
}

fn is_not_closed(ticket: &Ticket) -> bool {
    ticket.status != TicketStatus::Closed
}

fn me() -> Option<UserId> {
    untrack(session::user).map(|me| me.id)
}
