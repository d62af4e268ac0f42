//! The personal data of the support tables. These tables exist before the support section, which will own this file.

use diesel::{RunQueryDsl, sql_types::Uuid as SqlUuid};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, ExportTable, PersonalData},
};
use serde_json::Value;
use wire::UserId;

/// The support tickets of a user.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "support",
    export,
    erase,
};

/// The tickets of the user with their messages. Internal notes of staff are not exported.
const EXPORTED: &[ExportTable] = &[
    ExportTable {
        table: "support_tickets",
        select: "SELECT id, ticket_number, subject, description, priority, status, category, created_at, resolved_at, closed_at FROM support_tickets WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "ticket_messages",
        select: "SELECT m.id, m.ticket_id, m.message, m.attachments, coalesce(m.sender_id = $1, false) AS by_them, m.created_at \
            FROM ticket_messages m JOIN support_tickets t ON t.id = m.ticket_id WHERE (t.user_id = $1 AND NOT m.is_internal) OR m.sender_id = $1 ORDER BY m.created_at",
        sealed: &[],
    },
];

/// Erases the texts of all messages of the user's tickets. The tickets stay for statistics.
const ERASE: [&str; 2] = [
    "UPDATE ticket_messages m SET message = 'Erased', attachments = NULL FROM support_tickets t WHERE t.id = m.ticket_id AND t.user_id = $1",
    "UPDATE support_tickets SET subject = 'Erased', description = 'Erased' WHERE user_id = $1",
];

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, EXPORTED)
}

fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    for statement in ERASE {
        diesel::sql_query(statement)
            .bind::<SqlUuid, _>(id.0)
            .execute(tx.conn())?;
    }
    Ok(())
}
