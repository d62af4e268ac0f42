//! Tickets: the list, the conversation with the customer, and everything that staff do with a ticket.

mod actions;
mod attachments;
mod composer;
mod context;
mod detail;
mod form;
mod history;
mod list;
mod presence;
mod rating;
mod send;
mod split;
mod thread;

use kit::{
    Screen,
    format::now,
    page::{Related, related},
    table::{self, state, text, value},
    ui::{Tone, Value},
};
use wire::{
    EsimId, OrderId, Permission, UserId,
    support::tickets::{Ticket, TicketFilter, TicketPriority, TicketStatus},
};

/// The screens of tickets.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/support/tickets",
        title: "Tickets",
        needs: Permission::TicketsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/support/tickets/new",
        title: "New ticket",
        needs: Permission::TicketsCreate,
        view: |_| Some(form::new()),
    },
    Screen {
        path: "/support/tickets/{id}",
        title: "Ticket",
        needs: Permission::TicketsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/support/tickets/{id}/edit",
        title: "Edit",
        needs: Permission::TicketsWrite,
        view: |at| Some(form::edit(at.id()?)),
    },
    Screen {
        path: "/support/tickets/{id}/split",
        title: "Split",
        needs: Permission::TicketsWrite,
        view: |at| Some(split::screen(at.id()?)),
    },
];

/// Returns the badge of a status.
pub const fn status_badge(status: TicketStatus) -> (&'static str, Tone) {
    let tone = match status {
        TicketStatus::Open => Tone::Info,
        TicketStatus::InProgress => Tone::Waiting,
        TicketStatus::Resolved => Tone::Good,
        TicketStatus::Closed => Tone::Neutral,
    };
    (status.as_str(), tone)
}

fn status(ticket: &Ticket) -> (&'static str, Tone) {
    status_badge(ticket.status)
}

/// Returns the badge of a priority.
pub const fn priority_badge(priority: TicketPriority) -> (&'static str, Tone) {
    let tone = match priority {
        TicketPriority::Low | TicketPriority::Medium => Tone::Neutral,
        TicketPriority::High => Tone::Waiting,
        TicketPriority::Urgent => Tone::Bad,
    };
    (priority.as_str(), tone)
}

fn priority(ticket: &Ticket) -> (&'static str, Tone) {
    priority_badge(ticket.priority)
}

/// Returns the next due time of a ticket, or why no clock runs.
fn next_due(ticket: &Ticket) -> Value {
    match (ticket.next_due_at, ticket.waiting_since) {
        (_, Some(_)) if ticket.status.is_active() => Value::text("Waiting for customer"),
        (Some(at), _) => Value::due(at),
        _ => Value::absent(),
    }
}

/// Returns whether a clock of the ticket is past its due time.
fn is_overdue(ticket: &Ticket) -> bool {
    ticket.next_due_at.is_some_and(|at| at <= now())
}

/// Returns the tickets of a customer.
pub fn of_customer(id: UserId) -> Related<Ticket> {
    let filter = TicketFilter {
        user_id: Some(id),
        ..TicketFilter::default()
    };
    short_list(filter)
        .add(
            "New ticket",
            format!("/support/tickets/new?user_id={id}"),
            Permission::TicketsCreate,
        )
        .empty("No tickets yet.")
}

/// Returns the tickets about an eSIM.
pub fn of_esim(id: EsimId) -> Related<Ticket> {
    short_list(TicketFilter {
        esim_id: Some(id),
        ..TicketFilter::default()
    })
    .empty("No tickets about this eSIM.")
}

/// Returns the tickets about an order.
pub fn of_order(id: OrderId) -> Related<Ticket> {
    short_list(TicketFilter {
        order_id: Some(id),
        ..TicketFilter::default()
    })
    .empty("No tickets about this order.")
}

fn short_list(filter: TicketFilter) -> Related<Ticket> {
    related::<Ticket>("Tickets", Permission::TicketsRead, filter)
        .column(text("Ticket", |ticket: &Ticket| {
            ticket.ticket_number.clone()
        }))
        .column(text("Subject", |ticket: &Ticket| ticket.subject.clone()))
        .column(state("Status", status))
        .column(value("Priority", |ticket: &Ticket| {
            let (word, tone) = priority(ticket);
            Value::state(word, tone)
        }))
        .column(table::ago("Created", |ticket: &Ticket| {
            Some(ticket.created_at)
        }))
        .opens(|ticket| format!("/support/tickets/{}", ticket.id))
        .all("/support/tickets")
}
