//! SQL of the events of a person.

use diesel::prelude::*;
use platform::{Result, Tx, people::Rows};
use schema::analytics_events as events;
use wire::UserId;

/// The events.
pub const KEPT: &[Rows] = &[Rows {
    table: "analytics_events",
    select: "SELECT id, event_type, esim_id, metadata, created_at FROM analytics_events WHERE user_id = $1 ORDER BY created_at",
    sealed: &[],
}];

/// Leaves of somebody's events that they happened.
pub fn forget(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    diesel::update(events::table.filter(events::user_id.eq(id)))
        .set(events::metadata.eq(None::<serde_json::Value>))
        .execute(tx.conn())?;
    Ok(())
}
