//! What the support's tables keep of a person. The tables are there before the section is; it takes this over.

use diesel::{RunQueryDsl, sql_types::Uuid as SqlUuid};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, Keeper, Rows},
};
use serde_json::Value;
use wire::UserId;

/// The tickets.
pub const KEEPER: Keeper = Keeper {
    name: "support",
    export,
    erase,
};

/// What they asked, and what they were answered; the staff's notes among themselves are not theirs.
const KEPT: &[Rows] = &[
    Rows {
        table: "support_tickets",
        select: "SELECT id, ticket_number, subject, description, priority, status, category, created_at, resolved_at, closed_at FROM support_tickets WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    Rows {
        table: "ticket_messages",
        select: "SELECT m.id, m.ticket_id, m.message, m.attachments, coalesce(m.sender_id = $1, false) AS by_them, m.created_at \
            FROM ticket_messages m JOIN support_tickets t ON t.id = m.ticket_id WHERE (t.user_id = $1 AND NOT m.is_internal) OR m.sender_id = $1 ORDER BY m.created_at",
        sealed: &[],
    },
];

/// That there was a ticket stays, for the statistics. What was written in it goes, whoever wrote it.
const ERASE: [&str; 2] = [
    "UPDATE ticket_messages m SET message = 'Erased', attachments = NULL FROM support_tickets t WHERE t.id = m.ticket_id AND t.user_id = $1",
    "UPDATE support_tickets SET subject = 'Erased', description = 'Erased' WHERE user_id = $1",
];

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::rows(conn, keys, id, KEPT)
}

fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    for statement in ERASE {
        diesel::sql_query(statement)
            .bind::<SqlUuid, _>(id.0)
            .execute(tx.conn())?;
    }
    Ok(())
}
