//! The page of a ticket: the conversation, the answer, and the customer beside it.

use super::{
    actions::{
        add_tag, assign, claim, close, merge, release, remove_tag, reopen, resolve, set_priority,
    },
    composer::{Composer, composer},
    context, history, is_overdue,
    list::channel,
    presence::{Presence, presence},
    priority, rating, status,
    thread::thread,
};
use crate::support::sla::duration;
use kit::{
    format::moment,
    page::detail_page,
    ui::{Icon, Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, TicketId,
    support::{
        sla::{ClockState, TicketClock},
        tickets::{Ticket, TicketStatus},
    },
};

/// Draws the detail page.
pub fn screen(id: TicketId) -> AnyView {
    let (answer, others) = (Composer::new(), Presence::new());
    detail_page::<Ticket>(id)
        .badge(status)
        .also(|ticket| {
            let (word, tone) = priority(ticket);
            Some((format!("{} priority", kit::format::sentence(word)), tone))
        })
        .also(|ticket| is_overdue(ticket).then(|| ("Overdue".to_owned(), Tone::Bad)))
        .also(|ticket| {
            let waits = ticket.waiting_since.is_some() && ticket.status.is_active();
            waits.then(|| ("Waiting for customer".to_owned(), Tone::Waiting))
        })
        .subtitle(|ticket| format!("From {}", ticket.customer))
        .edit(Permission::TicketsWrite, |ticket| {
            is_open(ticket).then(|| format!("/support/tickets/{}/edit", ticket.id))
        })
        .action(resolve())
        .action(reopen())
        .action(claim())
        .action(assign())
        .action(release())
        .action(set_priority())
        .action(add_tag())
        .action(remove_tag())
        .action(merge())
        .link("Split", Icon::Copy, Permission::TicketsWrite, |ticket| {
            is_open(ticket).then(|| format!("/support/tickets/{}/split", ticket.id))
        })
        .action(close())
        .above(notice)
        .part(move |_| presence(id, answer, others))
        .part(move |reload| thread(id, reload, others))
        .part(move |reload| composer(id, reload, answer))
        .aside("Service level", service_level)
        .aside("Customer", |ticket| Some(context::customer(ticket.id)))
        .aside("Rating", |ticket| {
            (!ticket.status.is_active()).then(|| rating::rating(ticket.id))
        })
        .fact("Customer", |ticket| {
            Value::text(ticket.customer.clone()).link(format!("/accounts/users/{}", ticket.user_id))
        })
        .fact("Assignee", |ticket| {
            let href = ticket.assigned_to.map(|id| format!("/accounts/users/{id}"));
            Value::linked(ticket.assignee.as_deref(), href)
        })
        .fact("Category", |ticket| Value::maybe(ticket.category.clone()))
        .fact("Tags", |ticket| Value::text(ticket.tags.join(", ")))
        .fact("Channel", |ticket| Value::text(channel(ticket.channel)))
        .fact("eSIM", |ticket| {
            link(
                "View eSIM",
                ticket.esim_id.map(|id| format!("/esims/inventory/{id}")),
            )
        })
        .fact("Order", |ticket| {
            link(
                "View order",
                ticket.order_id.map(|id| format!("/billing/orders/{id}")),
            )
        })
        .fact("Payment", |ticket| {
            let href = ticket.transaction_id;
            link(
                "View payment",
                href.map(|id| format!("/billing/transactions/{id}")),
            )
        })
        .fact("Continues", |ticket| {
            link(
                "View ticket",
                ticket.follows_id.map(|id| format!("/support/tickets/{id}")),
            )
        })
        .fact("Reopened", |ticket| match ticket.reopened_count {
            0 => Value::absent(),
            1 => Value::text("Once"),
            count => Value::text(format!("{count} times")),
        })
        .fact("Created", |ticket| Value::time(ticket.created_at))
        .fact("Resolved", |ticket| Value::maybe_time(ticket.resolved_at))
        .fact("Closed", |ticket| Value::maybe_time(ticket.closed_at))
        .fact("Archived", |ticket| Value::maybe_time(ticket.archived_at))
        .fact("ID", |ticket| Value::code(ticket.id.to_string()))
        .tab_for(Permission::TicketsWrite, "history", "History")
        .part(move |reload| history::history(id, reload))
        .refresh_while(|ticket| ticket.status != TicketStatus::Closed)
        .show()
}

fn is_open(ticket: &Ticket) -> bool {
    ticket.status != TicketStatus::Closed
}

fn link(label: &'static str, href: Option<String>) -> Value {
    href.map_or_else(Value::absent, |href| Value::text(label).link(href))
}

/// Draws the notice about a merged or unreadable ticket.
fn notice(ticket: &Ticket) -> Option<AnyView> {
    if let Some(id) = ticket.merged_into_id {
        let href = format!("/support/tickets/{id}");
        return Some(
            view! { <div class="banner" role="note" data-tone="neutral"><p>"This ticket was merged. Its messages are in "
                <a class="link" href=href>"another ticket"</a>"."</p></div> }
            .into_any(),
        );
    }
    ticket.is_unreadable.then(|| {
        view! { <div class="banner" role="note" data-tone="bad"><p>"A part of this ticket cannot be decrypted."</p></div> }
            .into_any()
    })
}

/// Draws the clocks of the service level.
fn service_level(ticket: &Ticket) -> Option<AnyView> {
    let clocks = ticket.clocks.as_ref()?;
    Some(kit::ui::facts(vec![
        ("First response", clock(&clocks.first_response)),
        ("Resolution", clock(&clocks.resolution)),
    ]))
}

fn clock(of: &TicketClock) -> Value {
    let value = match (of.state, of.due_at) {
        (ClockState::Running, Some(at)) => Value::due(at),
        (ClockState::Running, None) => Value::text("Running"),
        (ClockState::Paused, _) if of.breached_at.is_some() => Value::badge("Missed", Tone::Bad),
        (ClockState::Paused, _) => Value::badge("Paused", Tone::Neutral),
        (ClockState::Met, _) => Value::badge("Met", Tone::Good),
        (ClockState::Breached, _) => Value::badge("Missed", Tone::Bad),
    };
    let value = match of.stopped_at {
        Some(at) => value.hint(moment(at)),
        None => value,
    };
    value.note(format!(
        "Target {} of open hours",
        duration(of.target_minutes)
    ))
}
