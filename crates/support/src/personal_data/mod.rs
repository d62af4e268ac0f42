//! The personal data of this section: the tickets of a user with their messages and files.

mod query;

use crate::{threads, tickets::subject_context};
use platform::{
    Conn, Result, Tx,
    crypto::{FieldContext, Keyring},
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

/// The text that replaces erased texts.
const ERASED: &str = "Erased";

/// The tickets of the user with their messages. Internal notes of staff are not exported.
const EXPORTED: &[ExportTable] = &[
    ExportTable {
        table: "support_tickets",
        select: "SELECT id, ticket_number, subject, description, priority, status, channel, created_at, resolved_at, closed_at FROM support_tickets WHERE user_id = $1 ORDER BY created_at",
        sealed: &["subject", "description"],
    },
    ExportTable {
        table: "ticket_messages",
        select: "SELECT m.id, m.ticket_id, m.message, coalesce(m.sender_id = $1, false) AS by_them, m.created_at \
            FROM ticket_messages m JOIN support_tickets t ON t.id = m.ticket_id WHERE (t.user_id = $1 AND NOT m.is_internal) OR m.sender_id = $1 ORDER BY m.created_at",
        sealed: &["message"],
    },
    ExportTable {
        table: "ticket_attachments",
        select: "SELECT a.id, a.ticket_id, a.message_id, a.file_name, a.content_type, a.byte_size, a.created_at \
            FROM ticket_attachments a JOIN support_tickets t ON t.id = a.ticket_id LEFT JOIN ticket_messages m ON m.id = a.message_id \
            WHERE (t.user_id = $1 AND NOT coalesce(m.is_internal, false)) OR a.uploaded_by = $1 ORDER BY a.created_at",
        sealed: &["file_name"],
    },
    ExportTable {
        table: "ticket_presence",
        select: "SELECT ticket_id, seen_at FROM ticket_presence WHERE user_id = $1 ORDER BY seen_at",
        sealed: &[],
    },
];

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, EXPORTED)
}

/// Erases the texts of the user's tickets with their messages, files and ratings, and the emails that they came from. The
/// tickets stay for statistics; a job deletes the content of the files.
fn erase(tx: &mut Tx<'_>, keys: &Keyring, id: UserId) -> Result<()> {
    for ticket in query::tickets_of(tx.conn(), id)? {
        let subject = keys.seal(subject_context(ticket, "subject"), ERASED)?;
        let description = keys.seal(subject_context(ticket, "description"), ERASED)?;
        query::erase_ticket(tx, ticket, &subject, &description)?;
    }
    for message in query::messages_of(tx.conn(), id)? {
        let context = FieldContext::new("ticket_messages", "message", message.0);
        query::erase_message(tx, message, &keys.seal(context, ERASED)?)?;
    }
    query::erase_others(tx, id)?;
    threads::forget(tx, id)
}
