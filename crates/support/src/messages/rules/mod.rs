//! Rules of messages.

mod incoming;
mod merge;
mod response;
mod staff;

pub use incoming::{Incoming, receive};
pub use merge::{apply_bulk, merge, split};
pub use response::{link, name_context, record_access, show_attachment, thread};
pub use staff::{Reply, note, reply};

use super::query::{self, NewMessageRow};
use platform::{Actor, Error, Result, Tx, crypto::FieldContext, people};
use serde_json::json;
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

/// Returns the context in which the text of a message is sealed.
const fn message_context<'a>(id: TicketMessageId) -> FieldContext<'a> {
    FieldContext::new("ticket_messages", "message", id.0)
}

/// Seals and inserts a message, and gives it its files.
fn insert(tx: &mut Tx<'_>, actor: &Actor, new: &NewMessage<'_>) -> Result<query::MessageRow> {
    let row = query::insert(
        tx,
        &NewMessageRow {
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
        },
    )?;
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
    Ok(row)
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
    let row = if is_staff && new.is_internal {
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
    response::to_message(tx.conn(), actor, row)
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
