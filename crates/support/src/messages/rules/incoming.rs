//! Messages of customers, by the API and by email.

use super::{Added, NewMessage, insert, save_with};
use crate::tickets::{Draft, LockedTicket, create_for, subject_context};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{
    TicketAttachmentId, TicketId, TicketMessageId, UserId,
    support::tickets::{TicketChannel, TicketStatus},
    system::audit::AuditAction,
};

/// A message of the customer.
pub struct Incoming<'a> {
    /// The text.
    pub text: &'a str,
    /// The files, which are uploaded to the ticket.
    pub attachments: &'a [TicketAttachmentId],
    /// How the message arrived.
    pub channel: TicketChannel,
}

/// Adds a message of the customer: a waiting ticket goes on, and a resolved one is reopened. The answer to a closed ticket
/// opens a new one that continues it.
pub fn receive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    message: &Incoming<'_>,
    now: DateTime<Utc>,
) -> Result<Added> {
    let mut locked = LockedTicket::lock(tx, actor, ticket, now)?;
    if let Some(survivor) = locked.row.merged_into_id {
        return receive(tx, actor, survivor, message, now);
    }
    let customer = locked.row.user_id;
    if locked.row.status == TicketStatus::Closed {
        let next = open_next(tx, actor, &locked, message, now)?;
        let new = message.of(next, customer, now);
        let row = insert(tx, actor, &new)?;
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::TicketReceive, next).with_change(new.summary()),
        )?;
        return Ok(Added { row, customer });
    }
    locked.receive()?;
    let new = message.of(ticket, customer, now);
    locked.add_event(AuditAction::TicketReceive, new.summary());
    let saved = save_with(tx, actor, locked, &new)?;
    Ok(Added {
        row: saved.message,
        customer,
    })
}

impl Incoming<'_> {
    /// Returns the message to insert into a ticket.
    fn of(&self, ticket: TicketId, customer: UserId, now: DateTime<Utc>) -> NewMessage<'_> {
        NewMessage {
            id: TicketMessageId::new(),
            ticket,
            sender: Some(customer),
            text: self.text,
            is_internal: false,
            channel: self.channel,
            attachments: self.attachments,
            mentions: &[],
            at: now,
        }
    }
}

/// Opens the ticket that continues a closed one.
fn open_next(
    tx: &mut Tx<'_>,
    actor: &Actor,
    closed: &LockedTicket,
    message: &Incoming<'_>,
    now: DateTime<Utc>,
) -> Result<TicketId> {
    let row = &closed.row;
    let subject = actor
        .keys
        .open(subject_context(row.id, "subject"), &row.subject)?;
    let description = format!("Continues {}.", row.ticket_number);
    let next = create_for(
        tx,
        actor,
        Draft {
            user_id: row.user_id,
            subject: &subject,
            description: &description,
            text: message.text,
            priority: None,
            category: row.category.clone(),
            tags: row.tags(),
            channel: message.channel,
            links: crate::tickets::links_of(row),
            follows_id: Some(row.id),
            waits_since: now,
        },
        now,
    )?;
    if !message.attachments.is_empty() {
        crate::messages::query::move_uploads(tx, message.attachments, next.id)?;
    }
    Ok(next.id)
}
