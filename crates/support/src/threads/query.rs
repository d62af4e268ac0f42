//! SQL of the Message-IDs of tickets.

use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use schema::{support_tickets as tickets, ticket_message_ids as ids};
use wire::{TicketId, UserId};

/// Inserts a Message-ID, unless it is known.
pub fn insert(tx: &mut Tx<'_>, key: &[u8], ticket: TicketId, sealed: &[u8]) -> Result<()> {
    diesel::insert_into(ids::table)
        .values((
            ids::message_key.eq(key),
            ids::ticket_id.eq(ticket),
            ids::message_id.eq(sealed),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the ticket of a Message-ID.
pub fn ticket_of(conn: &mut Conn, key: &[u8]) -> Result<Option<TicketId>> {
    Ok(ids::table
        .find(key)
        .select(ids::ticket_id)
        .first(conn)
        .optional()?)
}

/// Returns the newest Message-IDs of a ticket with their keys, sealed, the newest first.
pub fn newest(conn: &mut Conn, ticket: TicketId, limit: i64) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    Ok(ids::table
        .filter(ids::ticket_id.eq(ticket))
        .order_by(ids::created_at.desc())
        .limit(limit)
        .select((ids::message_key, ids::message_id))
        .load(conn)?)
}

/// Moves a Message-ID to another ticket.
pub fn replace(tx: &mut Tx<'_>, key: &[u8], ticket: TicketId, sealed: &[u8]) -> Result<()> {
    diesel::update(ids::table.find(key))
        .set((ids::ticket_id.eq(ticket), ids::message_id.eq(sealed)))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes the Message-IDs of a customer's tickets.
pub fn forget(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    let own = tickets::table
        .filter(tickets::user_id.eq(user))
        .select(tickets::id);
    diesel::delete(ids::table.filter(ids::ticket_id.eq_any(own))).execute(tx.conn())?;
    Ok(())
}
