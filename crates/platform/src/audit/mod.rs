//! The record of every act, written in the transaction of the act itself: either both are there, or neither.

mod access;
mod broken;
mod entry;
mod reason;

pub use access::{Access, accessed, record_access};
pub use broken::broken;
pub use entry::{AccessRow, AuditRow, Entry};
pub use reason::{
    ERASED, Reasons, Subject, forget as forget_reasons, open_all as open_reasons,
    seal as seal_reason,
};

use crate::{auth::Actor, db::Tx, error::Result};
use diesel::prelude::*;
use schema::audit_log;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use wire::AuditId;

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const AT_ONCE: usize = 1000;

/// What was done to what.
pub struct Act<'a> {
    /// The act, such as `plan.create`.
    pub action: &'a str,
    /// The kind of thing, such as `plan`.
    pub subject: &'a str,
    /// Which one.
    pub id: Uuid,
    /// What changed; see [`change`].
    pub change: Option<Value>,
    /// Why, as they said.
    pub reason: Option<&'a str>,
}

impl<'a> Act<'a> {
    /// An act without details.
    pub const fn new(action: &'a str, subject: &'a str, id: Uuid) -> Self {
        Self {
            action,
            subject,
            id,
            change: None,
            reason: None,
        }
    }
    /// With what changed.
    pub fn changing(self, change: Value) -> Self {
        Self {
            change: Some(change),
            ..self
        }
    }
    /// With why.
    pub fn because(self, reason: Option<&'a str>) -> Self {
        Self { reason, ..self }
    }
}

/// Records an act.
pub fn record(tx: &mut Tx<'_>, actor: &Actor, act: Act<'_>) -> Result<()> {
    let row = row(tx, actor, act)?;
    // By itself, because only a statement for a fixed number of rows stays prepared, and planning this one is dear.
    diesel::insert_into(audit_log::table)
        .values(row)
        .execute(tx.conn())?;
    Ok(())
}

/// Records many acts of one breath, such as an import's.
pub fn record_all(tx: &mut Tx<'_>, actor: &Actor, acts: Vec<Act<'_>>) -> Result<()> {
    let rows: Vec<AuditRow> = acts
        .into_iter()
        .map(|act| row(tx, actor, act))
        .collect::<Result<_>>()?;
    for part in rows.chunks(AT_ONCE) {
        diesel::insert_into(audit_log::table)
            .values(part)
            .execute(tx.conn())?;
    }
    Ok(())
}

fn row(tx: &mut Tx<'_>, actor: &Actor, act: Act<'_>) -> Result<AuditRow> {
    let about = Subject {
        kind: act.subject,
        id: act.id,
    };
    let reason = reason::seal(tx, &actor.keys, about, act.reason)?;
    AuditRow {
        id: AuditId::new(),
        created_at: entry::now(),
        actor_id: actor.id,
        client_id: actor.client.as_ref().map(|client| client.id),
        actor_role: actor.role,
        action: act.action.to_owned(),
        subject_type: act.subject.to_owned(),
        subject_id: Some(act.id),
        change: act.change,
        reason,
        request_id: actor.request.id.clone(),
        ip: actor.request.ip.clone(),
        seal: None,
    }
    .sealed(&actor.keys)
}

/// The fields that differ, as `{"name": {"before": .., "after": ..}}`. Times of change and revisions are left out.
/// Give it no personal data and no secrets: name only the fields with [`fields_only`] there.
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

/// The fields of an edit that were given, without their values.
pub fn fields_only(edit: &impl Serialize) -> Value {
    let Value::Object(fields) = json!(edit) else {
        return Value::Null;
    };
    json!({ "fields": fields.keys().collect::<Vec<_>>() })
}
