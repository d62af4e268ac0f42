//! Rules of messages.

mod incoming;
mod merge;
mod response;
mod staff;

pub use incoming::{Incoming, receive};
pub use merge::{apply_bulk, merge, split};
pub use response::{link, name_context, record_access, show_attachment, thread};
pub use staff::{Reply, note, reply};

use super::query::{self, MessageRow, NewMessageRow};
use crate::tickets::{LockedTicket, TicketRow};
use platform::{Actor, Error, Result, Tx, crypto::FieldContext, people};
use serde_json::{Value, json};
use wire::{
    Permission, ProblemCode, TicketAttachmentId, TicketId, TicketMessageId, UserId,
    support::tickets::{NewTicketMessage, TicketChannel, TicketMessage},
};

/// A message to insert.
struct NewMessage<'a> {
    id: TicketMessageId,
    ticket: TicketId,
    sender: Option<UserId>,
    text: &'a str,
    is_internal: bool,
    channel: TicketChannel,
    attachments: &'a [TicketAttachmentId],
    mentions: &'a [UserId],
    at: chrono::DateTime<chrono::Utc>,
}

impl NewMessage<'_> {
    /// Returns what the audit log records of a message of the customer.
    fn summary(&self) -> Value {
        json!({ "message_id": self.id, "channel": self.channel })
    }
}

/// Returns the context in which the text of a message is sealed.
const fn message_context<'a>(id: TicketMessageId) -> FieldContext<'a> {
    FieldContext::new("ticket_messages", "message", id.0)
}

/// A message that was added, and the customer of its ticket.
pub struct Added {
    /// The message.
    pub row: MessageRow,
    /// The customer.
    pub customer: UserId,
}

/// Seals a message.
fn seal(actor: &Actor, new: &NewMessage<'_>) -> Result<NewMessageRow> {
    Ok(NewMessageRow {
        id: new.id,
        ticket_id: new.ticket,
        sender_id: new.sender,
        message: actor.keys.seal(message_context(new.id), new.text)?,
        attachments: query::attachment_list(new.attachments),
        is_internal: new.is_internal,
        channel: new.channel,
        search_tokens: people::word_tokens(&actor.keys, new.text),
        mentions: json!(new.mentions),
        created_at: new.at,
    })
}

/// Seals and inserts a message, and gives it its files.
fn insert(tx: &mut Tx<'_>, actor: &Actor, new: &NewMessage<'_>) -> Result<MessageRow> {
    let row = query::insert(tx, &seal(actor, new)?)?;
    attach(tx, actor, new)?;
    Ok(row)
}

/// Saves a ticket together with a new message, in one statement, and gives the message its files.
fn save_with(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: LockedTicket,
    new: &NewMessage<'_>,
) -> Result<Saved> {
    let row = seal(actor, new)?;
    let message = row.stored();
    let ticket = ticket.save_with(tx, actor, vec![query::insertion(row)])?;
    attach(tx, actor, new)?;
    Ok(Saved { ticket, message })
}

/// A ticket and its new message, as stored.
struct Saved {
    ticket: TicketRow,
    message: MessageRow,
}

/// Gives a message its files.
fn attach(tx: &mut Tx<'_>, actor: &Actor, new: &NewMessage<'_>) -> Result<()> {
    if !new.attachments.is_empty() {
        let attached = query::attach(tx, actor, new.ticket, new.attachments, new.id)?;
        if attached != new.attachments.len() {
            return Err(Error::field(
                "attachments",
                "unknown",
                "One of these files was not uploaded to this ticket by you, or belongs to another message.",
            ));
        }
    }
    Ok(())
}

/// Adds a message: a reply or an internal note of staff, or a message of the customer.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &platform::Ctx,
    ticket: TicketId,
    new: &NewTicketMessage,
) -> Result<TicketMessage> {
    let now = ctx.clock.now();
    let is_staff = actor.owner_filter().is_none();
    let added = if is_staff && new.is_internal {
        note(tx, actor, ticket, new, now)?
    } else if is_staff {
        let reply = Reply {
            text: &new.message,
            attachments: &new.attachments,
            then: new.then.unwrap_or(wire::support::tickets::AfterReply::Wait),
        };
        staff::reply(tx, actor, ctx, ticket, &reply)?
    } else {
        check_customer_message(new)?;
        let message = Incoming {
            text: &new.message,
            attachments: &new.attachments,
            channel: TicketChannel::Api,
        };
        receive(tx, actor, ticket, &message, now)?
    };
    response::to_message(tx.conn(), actor, added, &new.attachments)
}

/// Rejects what only staff may do.
fn check_customer_message(new: &NewTicketMessage) -> Result<()> {
    if new.is_internal {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            format!(
                "An internal note needs the permission {}.",
                Permission::TicketsWrite
            ),
        ));
    }
    if new.then.is_some() {
        return Err(Error::field(
            "then",
            "not_yours",
            "Only staff can set this.",
        ));
    }
    Ok(())
}
