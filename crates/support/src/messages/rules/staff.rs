//! Replies and internal notes of staff.

use super::{Added, NewMessage, insert, save_with};
use crate::{
    alerts,
    messages::query::{self, MessageRow},
    threads,
    tickets::{LockedTicket, TicketRow, find_ref},
};
use chrono::{DateTime, Utc};
use messaging::{
    emails::EmailTemplate,
    notifications::{EmailMessage, notify_in_thread},
};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    TicketAttachmentId, TicketId, TicketMessageId,
    support::tickets::{AfterReply, NewTicketMessage, TicketChannel, TicketRef, TicketStatus},
    system::audit::AuditAction,
};

/// A public reply of staff.
pub struct Reply<'a> {
    /// The text.
    pub text: &'a str,
    /// The files.
    pub attachments: &'a [TicketAttachmentId],
    /// The status after the reply.
    pub then: AfterReply,
}

/// Sends a reply to the customer: the clock of the first response stops, and the email is in the outbox.
pub fn reply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    ticket: TicketId,
    reply: &Reply<'_>,
) -> Result<Added> {
    let now = ctx.clock.now();
    let mut locked = LockedTicket::lock(tx, actor, ticket, now)?;
    locked.require_not_closed()?;
    if locked.row.assigned_to.is_none() {
        // The staff member who answers first works on the ticket.
        locked.assign(actor.id)?;
    }
    locked.respond();
    match reply.then {
        AfterReply::Wait => locked.wait(),
        AfterReply::Keep => locked.stop_waiting(),
        AfterReply::Resolve if locked.row.status == TicketStatus::Resolved => {}
        AfterReply::Resolve => locked.transition(TicketStatus::Resolved)?,
    }
    let new = NewMessage {
        id: TicketMessageId::new(),
        ticket,
        sender: actor.id,
        text: reply.text,
        is_internal: false,
        channel: TicketChannel::Panel,
        attachments: reply.attachments,
        mentions: &[],
        at: now,
    };
    locked.add_event(
        AuditAction::TicketReply,
        json!({ "message_id": new.id, "files": reply.attachments.len() }),
    );
    let saved = save_with(tx, actor, locked, &new)?;
    send(tx, ctx, &saved.ticket, &saved.message, reply.text)?;
    Ok(Added {
        row: saved.message,
        customer: saved.ticket.user_id,
    })
}

/// Queues the email with the reply.
fn send(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    ticket: &TicketRow,
    message: &MessageRow,
    text: &str,
) -> Result<()> {
    let thread = threads::begin(tx, ctx, ticket.id, message.id)?;
    let email = EmailMessage {
        user_id: ticket.user_id,
        order_id: None,
        esim_id: None,
        template: EmailTemplate::TicketReply {
            ticket_number: ticket.ticket_number.clone(),
            message: text.to_owned(),
            answer_line: thread.reply_to.as_ref().map(|_| threads::ANSWER_LINE),
        },
        dedupe_key: format!("ticket-message-{}", message.id),
    };
    notify_in_thread(tx, &ctx.keys, email, &thread)
}

/// Adds an internal note. It changes nothing else: neither the clocks, nor the status, nor when the ticket was changed.
pub fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    new: &NewTicketMessage,
    now: DateTime<Utc>,
) -> Result<Added> {
    let about = find_ref(tx.conn(), actor, &TicketRef::Id(ticket))?;
    let mut mentions = new.mentions.clone();
    mentions.sort_unstable();
    mentions.dedup();
    if !mentions.is_empty() && query::staff_among(tx.conn(), &mentions)?.len() != mentions.len() {
        return Err(Error::field(
            "mentions",
            "unknown",
            "One of these people is not an active staff member.",
        ));
    }
    let row = insert(
        tx,
        actor,
        &NewMessage {
            id: TicketMessageId::new(),
            ticket,
            sender: actor.id,
            text: &new.message,
            is_internal: true,
            channel: TicketChannel::Panel,
            attachments: &new.attachments,
            mentions: &mentions,
            at: now,
        },
    )?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketNote, ticket)
            .with_change(json!({ "message_id": row.id, "mentions": mentions })),
    )?;
    alerts::mentioned(tx, actor, about.subject(), row.id, &mentions, now)?;
    Ok(Added {
        row,
        customer: about.user_id,
    })
}
