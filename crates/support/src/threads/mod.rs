//! How emails belong to tickets: by their Message-IDs, and by a signed address for answers. A subject never decides.

mod address;
mod query;

pub use address::{reply_address, ticket_of};
pub use query::forget;

use platform::{
    Ctx, Result, Tx,
    crypto::{FieldContext, Keyring},
    ports::mailer::Thread,
};
use wire::{TicketId, TicketMessageId};

/// The line above which a customer writes an answer.
pub const ANSWER_LINE: &str = "-- Write your answer above this line --";
/// The number of earlier emails that an email refers to.
const MOST_REFERENCES: i64 = 20;

/// Returns the key under which a Message-ID is stored. Angle brackets and spaces do not count.
pub fn message_key(keys: &Keyring, message_id: &str) -> Vec<u8> {
    keys.blind("inbound.message_id", bare(message_id))
}

fn bare(message_id: &str) -> &str {
    message_id
        .trim()
        .trim_start_matches('<')
        .trim_end_matches('>')
}

/// Stores a Message-ID of a ticket.
pub fn remember(tx: &mut Tx<'_>, keys: &Keyring, ticket: TicketId, message_id: &str) -> Result<()> {
    let id = format!("<{}>", bare(message_id));
    let sealed = keys.seal(id_context(ticket), &id)?;
    query::insert(tx, &message_key(keys, message_id), ticket, &sealed)
}

/// Returns the ticket that one of these Message-IDs belongs to; the last one that is known counts.
pub fn find(tx: &mut Tx<'_>, keys: &Keyring, message_ids: &[String]) -> Result<Option<TicketId>> {
    for message_id in message_ids.iter().rev() {
        if let Some(ticket) = query::ticket_of(tx.conn(), &message_key(keys, message_id))? {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}

/// Moves the Message-IDs of a ticket that is merged into another one.
pub fn move_all(tx: &mut Tx<'_>, keys: &Keyring, from: TicketId, to: TicketId) -> Result<()> {
    for (key, sealed) in query::newest(tx.conn(), from, i64::MAX)? {
        let id = keys.open(id_context(from), &sealed)?;
        query::replace(tx, &key, to, &keys.seal(id_context(to), &id)?)?;
    }
    Ok(())
}

/// Returns the headers of a new email about a ticket, and stores its Message-ID.
pub fn begin(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    ticket: TicketId,
    message: TicketMessageId,
) -> Result<Thread> {
    let keys = &ctx.keys;
    let mut references = Vec::new();
    for (_, sealed) in query::newest(tx.conn(), ticket, MOST_REFERENCES)? {
        references.push(keys.open(id_context(ticket), &sealed)?);
    }
    references.reverse();
    let message_id = format!("<{message}@{}>", domain(&ctx.config.mail.from));
    remember(tx, keys, ticket, &message_id)?;
    let inbound = ctx.config.mail.inbound_address.as_deref();
    Ok(Thread {
        message_id: Some(message_id),
        references,
        reply_to: inbound.map(|address| reply_address(keys, address, ticket)),
        is_automatic: false,
    })
}

const fn id_context<'a>(ticket: TicketId) -> FieldContext<'a> {
    FieldContext::new("ticket_message_ids", "message_id", ticket.0)
}

/// Returns the domain of the sender's address, with which a Message-ID ends.
fn domain(from: &str) -> &str {
    from.rsplit_once('@')
        .map(|(_, domain)| domain.trim_end_matches('>').trim())
        .filter(|domain| !domain.is_empty())
        .unwrap_or("localhost")
}
