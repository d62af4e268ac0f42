//! SQL of the entries of the audit log that a timeline shows.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{
    Conn, Result,
    audit::{self, Subject},
    crypto::Keyring,
};
use schema::audit_log;
use serde_json::Value;
use uuid::Uuid;
use wire::UserId;

/// The maximum number of entries of a timeline.
const MOST_EVENTS: i64 = 500;

/// An entry of the audit log, with the reason decrypted.
#[derive(Queryable)]
pub struct TimelineAudit {
    pub at: DateTime<Utc>,
    pub actor_id: Option<UserId>,
    pub action: String,
    pub change: Option<Value>,
    pub reason: Option<String>,
    subject_type: String,
    subject_id: Option<Uuid>,
}

/// Returns the entries about these records of these kinds, the oldest first.
pub fn audit_events(
    conn: &mut Conn,
    keys: &Keyring,
    kinds: &[&str],
    ids: &[Uuid],
) -> Result<Vec<TimelineAudit>> {
    let mut rows = audit_log::table
        .filter(audit_log::subject_type.eq_any(kinds))
        .filter(audit_log::subject_id.eq_any(ids))
        .order((audit_log::created_at, audit_log::id))
        .limit(MOST_EVENTS)
        .select((
            audit_log::created_at,
            audit_log::actor_id,
            audit_log::action,
            audit_log::change,
            audit_log::reason,
            audit_log::subject_type,
            audit_log::subject_id,
        ))
        .load::<TimelineAudit>(conn)?;
    let entries = rows.iter_mut().map(|row| {
        let id = row.subject_id.unwrap_or_default();
        let kind = row.subject_type.as_str();
        (Subject { kind, id }, &mut row.reason)
    });
    audit::open_reasons(conn, keys, entries.collect())?;
    Ok(rows)
}
