//! SQL of what the record says of a person.

use diesel::prelude::*;
use platform::{Result, Tx, people::Rows};
use schema::saved_views;
use wire::UserId;

/// What they did, what was done with their data, and their views. Who of the staff did it, and why, is not theirs.
pub const KEPT: &[Rows] = &[
    Rows {
        table: "audit_log",
        select: "SELECT id, created_at, action, subject_type, subject_id, actor_id = $1 AS by_them, CASE WHEN actor_id = $1 THEN ip END AS ip \
            FROM audit_log WHERE actor_id = $1 OR (subject_type = 'user' AND subject_id = $1) ORDER BY created_at",
        sealed: &[],
    },
    Rows {
        table: "pii_access_log",
        select: "SELECT id, created_at, field FROM pii_access_log WHERE subject_type = 'user' AND subject_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    Rows {
        table: "saved_views",
        select: "SELECT id, list, name, query, audience, created_at FROM saved_views WHERE owner_id = $1 ORDER BY created_at",
        sealed: &[],
    },
];

/// Removes the views that somebody has saved.
pub fn forget_views(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    diesel::delete(saved_views::table.filter(saved_views::owner_id.eq(id))).execute(tx.conn())?;
    Ok(())
}
