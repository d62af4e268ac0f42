//! Who is notified of an event of a ticket, and the text. A text names staff and numbers, never a customer.

use super::query;
use chrono::{DateTime, Utc};
use messaging::notifications::inbox::{self, InboxMessage};
use platform::{Actor, Result, Tx, people};
use wire::{
    TicketId, TicketMessageId, UserId, accounts::users::UserRole,
    messaging::inbox::NotificationEvent,
};

/// The ticket that a notification is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    pub number: &'a str,
    /// Its version after the event.
    pub version: i32,
}

/// Notifies the new assignee of a ticket, unless the assignee made the change.
pub fn assigned(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: Subject<'_>,
    to: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    if actor.id == Some(to) {
        return Ok(());
    }
    let message = match staff_name(tx, actor)? {
        Some(name) => format!("{name} assigned the ticket to you."),
        None => "A rule assigned the ticket to you.".to_owned(),
    };
    let message = InboxMessage {
        user_id: to,
        event: NotificationEvent::TicketAssigned,
        ticket_id: Some(ticket.id),
        title: format!("{} was assigned to you", ticket.number),
        message,
        dedupe_key: format!("ticket-assigned-{}-{}", ticket.id, ticket.version),
    };
    inbox::notify(tx, &actor.keys, vec![message], now)
}

/// Notifies the staff members that an internal note mentions, except its author.
pub fn mentioned(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: Subject<'_>,
    note: TicketMessageId,
    mentions: &[UserId],
    now: DateTime<Utc>,
) -> Result<()> {
    let others = mentions.iter().filter(|user| actor.id != Some(**user));
    let others: Vec<UserId> = others.copied().collect();
    if others.is_empty() {
        return Ok(());
    }
    let name = staff_name(tx, actor)?;
    let name = name.as_deref().unwrap_or("A staff member");
    let messages = others.into_iter().map(|user_id| InboxMessage {
        user_id,
        event: NotificationEvent::TicketMentioned,
        ticket_id: Some(ticket.id),
        title: format!("{} mentions you", ticket.number),
        message: format!("{name} mentions you in an internal note."),
        dedupe_key: format!("ticket-mentioned-{note}-{user_id}"),
    });
    inbox::notify(tx, &actor.keys, messages.collect(), now)
}

/// A clock of a ticket that was not met.
#[derive(Debug, Clone, Copy)]
pub struct Breach {
    /// The name of the clock.
    pub clock: &'static str,
    /// When it was due.
    pub due_at: DateTime<Utc>,
}

/// Notifies the assignee of a ticket that a clock was not met, and every active staff member while there is no assignee.
pub fn breached(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    breach: Breach,
    now: DateTime<Utc>,
) -> Result<()> {
    let (number, assignee) = query::ticket(tx.conn(), id)?;
    let recipients = match assignee {
        Some(user) => vec![user],
        None => query::staff(tx.conn())?,
    };
    let (clock, due) = (breach.clock, breach.due_at.format("%Y-%m-%d %H:%M UTC"));
    let label = if clock == "first_response" {
        "first response"
    } else {
        "resolution"
    };
    let messages = recipients.into_iter().map(|user_id| InboxMessage {
        user_id,
        event: NotificationEvent::TicketBreached,
        ticket_id: Some(id),
        title: format!("{number} has missed its service level"),
        message: format!("The {label} was due on {due}."),
        dedupe_key: format!("ticket-breached-{id}-{clock}-{user_id}"),
    });
    inbox::notify(tx, &actor.keys, messages.collect(), now)
}

/// Returns the name of the actor, if the actor is a staff member.
fn staff_name(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<String>> {
    let is_staff = actor.role.is_some_and(|role| role != UserRole::Customer);
    let Some(me) = actor.id.filter(|_| is_staff) else {
        return Ok(None);
    };
    Ok(people::names(tx.conn(), &actor.keys, &[me], false)?.remove(&me))
}
