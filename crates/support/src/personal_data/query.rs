//! SQL that erases the tickets of a user.

use diesel::{prelude::*, sql_types::Uuid as SqlUuid};
use platform::{Conn, Result, Tx};
use schema::{support_tickets as tickets, ticket_messages as messages};
use serde_json::Value;
use wire::{TicketId, TicketMessageId, UserId};

/// Returns the tickets of a user.
pub fn tickets_of(conn: &mut Conn, user: UserId) -> Result<Vec<TicketId>> {
    Ok(tickets::table
        .filter(tickets::user_id.eq(user))
        .select(tickets::id)
        .load(conn)?)
}

/// Returns the messages of a user's tickets.
pub fn messages_of(conn: &mut Conn, user: UserId) -> Result<Vec<TicketMessageId>> {
    Ok(messages::table
        .inner_join(tickets::table)
        .filter(tickets::user_id.eq(user))
        .select(messages::id)
        .load(conn)?)
}

/// Replaces the texts of a ticket.
pub fn erase_ticket(
    tx: &mut Tx<'_>,
    id: TicketId,
    subject: &[u8],
    description: &[u8],
) -> Result<()> {
    diesel::update(tickets::table.find(id))
        .set((
            tickets::subject.eq(subject),
            tickets::description.eq(description),
            tickets::search_tokens.eq(Vec::<i64>::new()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Replaces the text of a message.
pub fn erase_message(tx: &mut Tx<'_>, id: TicketMessageId, text: &[u8]) -> Result<()> {
    diesel::update(messages::table.find(id))
        .set((
            messages::message.eq(text),
            messages::attachments.eq(None::<Value>),
            messages::search_tokens.eq(Vec::<i64>::new()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes the files of a user's tickets, the comments of the ratings, and the emails that have not been read.
const ERASE: [&str; 3] = [
    "UPDATE ticket_attachments a SET file_name = NULL, deleted_at = coalesce(a.deleted_at, now()) FROM support_tickets t WHERE t.id = a.ticket_id AND t.user_id = $1",
    "UPDATE ticket_ratings r SET comment = NULL FROM support_tickets t WHERE t.id = r.ticket_id AND t.user_id = $1",
    "UPDATE inbound_emails e SET content = NULL FROM support_tickets t WHERE t.id = e.ticket_id AND t.user_id = $1",
];

/// Erases what is stored beside the texts.
pub fn erase_others(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    for statement in ERASE {
        diesel::sql_query(statement)
            .bind::<SqlUuid, _>(user.0)
            .execute(tx.conn())?;
    }
    Ok(())
}
