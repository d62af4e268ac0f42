//! Messages of customers, by the API and by email.

use super::{NewMessage, insert};
use crate::{
    messages::query::MessageRow,
    tickets::{Draft, LockedTicket, create_for, subject_context},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    TicketAttachmentId, TicketId, TicketMessageId,
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
) -> Result<MessageRow> {
    let mut locked = LockedTicket::lock(tx, actor, ticket, now)?;
    if let Some(survivor) = locked.row.merged_into_id {
        return receive(tx, actor, survivor, message, now);
    }
    if locked.row.status == TicketStatus::Closed {
        let next = open_next(tx, actor, &locked, message, now)?;
        return store(tx, actor, next, message, &locked, now);
    }
    locked.receive()?;
    let row = store(tx, actor, ticket, message, &locked, now)?;
    locked.save(tx, actor)?;
    Ok(row)
}

fn store(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    message: &Incoming<'_>,
    locked: &LockedTicket,
    now: DateTime<Utc>,
) -> Result<MessageRow> {
    let row = insert(
        tx,
        actor,
        &NewMessage {
            id: TicketMessageId::new(),
            ticket,
            sender: Some(locked.row.user_id),
            text: message.text,
            is_internal: false,
            channel: message.channel,
            attachments: message.attachments,
            mentions: &[],
            at: now,
        },
    )?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketReceive, ticket)
            .with_change(json!({ "message_id": row.id, "channel": message.channel })),
    )?;
    Ok(row)
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
