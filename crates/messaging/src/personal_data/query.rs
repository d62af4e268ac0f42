//! SQL of the emails to a user.

use diesel::{dsl::case_when, prelude::*};
use platform::{Conn, Result, Tx, people::ExportTable};
use schema::notifications;
use wire::{NotificationId, UserId, messaging::notifications::NotificationStatus};

/// The exported columns of the emails, opened.
pub const EXPORTED: &[ExportTable] = &[ExportTable {
    table: "notifications",
    select: "SELECT id, type, destination, subject, message, status, order_id, esim_id, created_at, sent_at, read_at FROM notifications WHERE user_id = $1 ORDER BY created_at",
    sealed: &["destination", "message"],
}];

/// Returns the ids of the emails to a user.
pub fn notification_ids_of(conn: &mut Conn, id: UserId) -> Result<Vec<NotificationId>> {
    Ok(notifications::table
        .filter(notifications::user_id.eq(id))
        .select(notifications::id)
        .load(conn)?)
}

/// Erases the content of an email; the row stays.
pub fn erase(tx: &mut Tx<'_>, id: NotificationId, content: &[u8]) -> Result<()> {
    let is_pending = notifications::status.eq(NotificationStatus::Pending);
    diesel::update(notifications::table.find(id))
        .set((
            notifications::destination.eq(None::<Vec<u8>>),
            notifications::subject.eq(None::<String>),
            notifications::message.eq(content),
            notifications::message_html.eq(None::<Vec<u8>>),
            notifications::headers.eq(None::<Vec<u8>>),
            notifications::last_error.eq(None::<String>),
            notifications::provider_message_id.eq(None::<String>),
            notifications::status.eq(case_when(
                is_pending,
                NotificationStatus::Failed.into_sql::<schema::sql_types::NotificationStatus>(),
            )
            .otherwise(notifications::status)),
        ))
        .execute(tx.conn())?;
    Ok(())
}
