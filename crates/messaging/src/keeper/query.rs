//! SQL of what was written to a person.

use diesel::{dsl::case_when, prelude::*};
use platform::{Conn, Result, Tx, people::Rows};
use schema::notifications as letters;
use wire::{NotificationId, UserId, messaging::notifications::NotificationStatus};

/// The letters, opened.
pub const KEPT: &[Rows] = &[Rows {
    table: "notifications",
    select: "SELECT id, type, destination, subject, message, status, order_id, esim_id, created_at, sent_at, read_at FROM notifications WHERE user_id = $1 ORDER BY created_at",
    sealed: &["destination", "message"],
}];

/// What was written to somebody.
pub fn letters_to(conn: &mut Conn, id: UserId) -> Result<Vec<NotificationId>> {
    Ok(letters::table
        .filter(letters::user_id.eq(id))
        .select(letters::id)
        .load(conn)?)
}

/// Leaves of a letter that there was one.
pub fn forget(tx: &mut Tx<'_>, id: NotificationId, blank: &[u8]) -> Result<()> {
    let waits = letters::status.eq(NotificationStatus::Pending);
    diesel::update(letters::table.find(id))
        .set((
            letters::destination.eq(None::<Vec<u8>>),
            letters::subject.eq(None::<String>),
            letters::message.eq(blank),
            letters::message_html.eq(None::<Vec<u8>>),
            letters::last_error.eq(None::<String>),
            letters::provider_message_id.eq(None::<String>),
            letters::status.eq(case_when(
                waits,
                NotificationStatus::Failed.into_sql::<schema::sql_types::NotificationStatus>(),
            )
            .otherwise(letters::status)),
        ))
        .execute(tx.conn())?;
    Ok(())
}
