//! SQL of the log entries and saved views of a user.

use diesel::prelude::*;
use platform::{Result, Tx, people::ExportTable};
use schema::saved_views;
use wire::UserId;

/// The actions of the user, the accesses to their data, and their views. The names and reasons of staff are not exported.
pub const EXPORTED: &[ExportTable] = &[
    ExportTable {
        table: "audit_log",
        select: "SELECT id, created_at, action, subject_type, subject_id, actor_id = $1 AS by_them, CASE WHEN actor_id = $1 THEN ip END AS ip \
            FROM audit_log WHERE actor_id = $1 OR (subject_type = 'user' AND subject_id = $1) ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "pii_access_log",
        select: "SELECT id, created_at, field FROM pii_access_log WHERE subject_type = 'user' AND subject_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "saved_views",
        select: "SELECT id, list, name, query, audience, created_at FROM saved_views WHERE owner_id = $1 ORDER BY created_at",
        sealed: &[],
    },
];

/// Deletes the saved views of a user.
pub fn delete_views(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    diesel::delete(saved_views::table.filter(saved_views::owner_id.eq(id))).execute(tx.conn())?;
    Ok(())
}
