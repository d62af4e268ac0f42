//! SQL of the analytics events of a user.

use diesel::prelude::*;
use platform::{Result, Tx, people::ExportTable};
use schema::analytics_events as events;
use wire::UserId;

/// The exported columns of the events.
pub const EXPORTED: &[ExportTable] = &[ExportTable {
    table: "analytics_events",
    select: "SELECT id, event_type, esim_id, metadata, created_at FROM analytics_events WHERE user_id = $1 ORDER BY created_at",
    sealed: &[],
}];

/// Erases the metadata of a user's events; the rows stay.
pub fn erase_metadata(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    diesel::update(events::table.filter(events::user_id.eq(id)))
        .set(events::metadata.eq(None::<serde_json::Value>))
        .execute(tx.conn())?;
    Ok(())
}
