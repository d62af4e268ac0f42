//! The audit log. An entry is written in the transaction of its action: both are committed, or neither.

mod access;
mod entry;
mod reason;
mod unreadable;

pub use access::{Access, record_access, record_field_access};
pub use entry::{AccessRow, AuditRow, Entry};
pub use reason::{
    ERASED, Reasons, Subject, forget as forget_reasons, open_all as open_reasons,
    seal as seal_reason,
};
pub use unreadable::record_unreadable;

use crate::{auth::Actor, db::Tx, error::Result};
use diesel::prelude::*;
use schema::audit_log;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use wire::{
    AuditId,
    system::audit::{AuditAction, Auditable},
};

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const ROWS_PER_INSERT: usize = 1000;

/// An action on an object, to be recorded in the audit log.
pub struct AuditEvent<'a> {
    /// The action.
    pub action: AuditAction,
    /// The kind of the object, such as `plan`.
    pub subject: &'a str,
    /// The id of the object.
    pub id: Uuid,
    /// The change; see [`change`].
    pub change: Option<Value>,
    /// The reason that the actor gave.
    pub reason: Option<&'a str>,
}

impl<'a> AuditEvent<'a> {
    /// Builds an event about a record, without details.
    pub fn new<S: Auditable>(action: AuditAction, subject: S) -> Self {
        Self::of_row(action, S::KIND, subject.uuid())
    }
    /// Builds an event about a kind of records as a whole, without details.
    pub const fn of_kind(action: AuditAction, kind: &'a str) -> Self {
        Self::of_row(action, kind, Uuid::nil())
    }
    /// Builds an event about a record whose ID has no type of its own, without details.
    pub const fn of_row(action: AuditAction, kind: &'a str, id: Uuid) -> Self {
        Self {
            action,
            subject: kind,
            id,
            change: None,
            reason: None,
        }
    }
    /// Adds the change.
    pub fn with_change(self, change: Value) -> Self {
        Self {
            change: Some(change),
            ..self
        }
    }
    /// Adds the reason.
    pub fn with_reason(self, reason: Option<&'a str>) -> Self {
        Self { reason, ..self }
    }
}

/// Records an event.
pub fn record(tx: &mut Tx<'_>, actor: &Actor, event: AuditEvent<'_>) -> Result<()> {
    let row = row(tx, actor, event)?;
    insert(tx, row)
}

fn insert(tx: &mut Tx<'_>, row: AuditRow) -> Result<()> {
    // One row per statement: only a statement for a fixed number of rows stays prepared, and planning this one is expensive.
    diesel::insert_into(audit_log::table)
        .values(row)
        .execute(tx.conn())?;
    Ok(())
}

/// Records the events of one transaction, such as those of an import.
pub fn record_all(tx: &mut Tx<'_>, actor: &Actor, events: Vec<AuditEvent<'_>>) -> Result<()> {
    let mut rows: Vec<AuditRow> = events
        .into_iter()
        .map(|event| row(tx, actor, event))
        .collect::<Result<_>>()?;
    if rows.len() == 1 {
        return rows.pop().map_or(Ok(()), |row| insert(tx, row));
    }
    for part in rows.chunks(ROWS_PER_INSERT) {
        diesel::insert_into(audit_log::table)
            .values(part)
            .execute(tx.conn())?;
    }
    Ok(())
}

fn row(tx: &mut Tx<'_>, actor: &Actor, event: AuditEvent<'_>) -> Result<AuditRow> {
    let about = Subject {
        kind: event.subject,
        id: event.id,
    };
    let reason = reason::seal(tx, &actor.keys, about, event.reason)?;
    AuditRow {
        id: AuditId::new(),
        created_at: entry::now(),
        actor_id: actor.id,
        client_id: actor.client.as_ref().map(|client| client.id),
        actor_role: actor.role,
        action: event.action.as_str().to_owned(),
        subject_type: event.subject.to_owned(),
        subject_id: Some(event.id),
        change: event.change,
        reason,
        request_id: actor.request.id.clone(),
        ip: actor.request.ip.clone(),
        seal: None,
    }
    .sealed(&actor.keys)
}

/// Returns the fields that differ, as `{"name": {"before": .., "after": ..}}`, without times of change and revisions.
/// Never pass personal data or secrets: use [`fields_only`] for those, which names the fields only.
pub fn change(before: &impl Serialize, after: &impl Serialize) -> Value {
    let object = |value: Value| {
        if let Value::Object(fields) = value {
            fields
        } else {
            Map::new()
        }
    };
    let (before, after) = (object(json!(before)), object(json!(after)));
    let differs = after.iter().filter(|(key, value)| {
        !matches!(key.as_str(), "updated_at" | "version") && before.get(*key) != Some(value)
    });
    Value::Object(
        differs
            .map(|(key, value)| {
                (
                    key.clone(),
                    json!({ "before": before.get(key), "after": value }),
                )
            })
            .collect(),
    )
}

/// Returns the names of the fields that an edit sets, without their values.
pub fn fields_only(edit: &impl Serialize) -> Value {
    let Value::Object(fields) = json!(edit) else {
        return Value::Null;
    };
    json!({ "fields": fields.keys().collect::<Vec<_>>() })
}
