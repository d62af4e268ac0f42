//! The list of tickets.

use super::{actions, next_due, priority, status};
use crate::support::staff;
use kit::{
    page::list_page,
    table::{ago, choice, dates, maybe, one_of, picked, picked_from, state, text, typed, value},
    ui::{Icon, Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::users::User,
    support::tickets::{
        Ticket, TicketChannel, TicketPriority, TicketSort, TicketStatus, TicketView,
    },
};

/// Draws the list. Without filters in the address, it shows what staff have to do.
pub fn screen() -> AnyView {
    list_page::<Ticket>("Tickets")
        .search("Number, words, name or e-mail")
        .opens(|ticket| format!("/support/tickets/{}", ticket.id))
        .default_query("queue=to_do")
        .preset("To do", "queue=to_do")
        .preset("Mine", "queue=mine")
        .preset("Unassigned", "queue=unassigned")
        .preset("Overdue", "queue=overdue&sort=next_due_at")
        .preset("Waiting", "queue=waiting")
        .preset("Mentions", "queue=mentions")
        .preset("By priority", "queue=to_do&sort=-priority")
        .column(text("Ticket", |ticket: &Ticket| {
            ticket.ticket_number.clone()
        }))
        .column(value("Subject", subject))
        .column(text("Customer", |ticket: &Ticket| ticket.customer.clone()))
        .column(state("Priority", priority).sort(TicketSort::Priority))
        .column(state("Status", status))
        .column(value("Due", next_due).sort(TicketSort::NextDueAt))
        .column(value("Assignee", assignee).wide())
        .column(
            ago("Updated", |ticket: &Ticket| Some(ticket.updated_at))
                .sort(TicketSort::UpdatedAt)
                .wide(),
        )
        .column(
            ago("Created", |ticket: &Ticket| Some(ticket.created_at))
                .sort(TicketSort::CreatedAt)
                .extra(),
        )
        .column(
            ago("Last message", |ticket: &Ticket| {
                Some(ticket.last_message_at)
            })
            .sort(TicketSort::LastMessageAt)
            .extra(),
        )
        .column(maybe("Category", |ticket: &Ticket| ticket.category.clone()).extra())
        .column(text("Channel", |ticket: &Ticket| channel(ticket.channel)).extra())
        .filter(one_of("queue", "Queue", TicketView::WORDS))
        .filter(choice("status", "Status", TicketStatus::WORDS))
        .filter(choice("priority", "Priority", TicketPriority::WORDS))
        .filter(picked_from("assigned_to", "Assignee", staff::source()))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(choice("channel", "Channel", TicketChannel::WORDS))
        .filter(typed("category", "Category", "billing"))
        .filter(typed("tag", "Tag", "refund"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .action(actions::assign())
        .action(actions::claim())
        .action(actions::release())
        .action(actions::set_priority())
        .action(actions::add_tag())
        .action(actions::remove_tag())
        .action(actions::merge())
        .action(actions::resolve())
        .action(actions::close())
        .new_button(
            "New ticket",
            "/support/tickets/new",
            Permission::TicketsCreate,
        )
        .button(
            "Received emails",
            Icon::Mail,
            "/support/emails",
            Permission::TicketsWrite,
        )
        .empty(
            "Nothing to do",
            "Tickets appear here when customers write to support. You can also open one for a customer.",
        )
        .show()
}

fn subject(ticket: &Ticket) -> Value {
    let tags = ticket.tags.iter().map(String::as_str);
    let tags: Vec<&str> = tags.collect();
    let value = Value::text(ticket.subject.clone()).note(tags.join(", "));
    if ticket.merged_into_id.is_some() {
        value.also("Merged", Tone::Neutral)
    } else {
        value
    }
}

fn assignee(ticket: &Ticket) -> Value {
    Value::maybe(ticket.assignee.clone())
}

/// Returns the name of a channel.
pub const fn channel(channel: TicketChannel) -> &'static str {
    match channel {
        TicketChannel::Panel => "Panel",
        TicketChannel::Api => "API",
        TicketChannel::Email => "E-mail",
    }
}
