//! The record of every act, written in the transaction of the act itself: either both are there, or neither.

use crate::{auth::Actor, db::Tx, error::Result};
use diesel::prelude::*;
use schema::{audit_log, pii_access_log};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use wire::{ApiClientId, AuditId, UserId, accounts::users::UserRole};

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
    // By itself, because only a statement for a fixed number of rows stays prepared, and planning this one is dear.
    diesel::insert_into(audit_log::table)
        .values(Entry::of(actor, act))
        .execute(tx.conn())?;
    Ok(())
}

/// Records many acts of one breath, such as an import's.
pub fn record_all(tx: &mut Tx<'_>, actor: &Actor, acts: Vec<Act<'_>>) -> Result<()> {
    let entries: Vec<_> = acts.into_iter().map(|act| Entry::of(actor, act)).collect();
    for part in entries.chunks(AT_ONCE) {
        diesel::insert_into(audit_log::table)
            .values(part)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// A row of the record. Nulls are written as such: a default would keep the statement from being prepared.
#[derive(Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
struct Entry<'a> {
    id: AuditId,
    actor_id: Option<UserId>,
    client_id: Option<ApiClientId>,
    actor_role: Option<UserRole>,
    action: &'a str,
    subject_type: &'a str,
    subject_id: Option<Uuid>,
    change: Option<Value>,
    reason: Option<&'a str>,
    request_id: Option<&'a str>,
    ip: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn of(actor: &'a Actor, act: Act<'a>) -> Self {
        Self {
            id: AuditId::new(),
            actor_id: actor.id,
            client_id: actor.client.as_ref().map(|client| client.id),
            actor_role: actor.role,
            action: act.action,
            subject_type: act.subject,
            subject_id: Some(act.id),
            change: act.change,
            reason: act.reason,
            request_id: actor.request.id.as_deref(),
            ip: actor.request.ip.as_deref(),
        }
    }
}

/// Records that somebody saw a secret or personal data in plain.
pub fn accessed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    subject: &str,
    id: Uuid,
    field: &str,
    reason: Option<&str>,
) -> Result<()> {
    diesel::insert_into(pii_access_log::table)
        .values((
            pii_access_log::id.eq(Uuid::now_v7()),
            pii_access_log::actor_id.eq(actor.id),
            pii_access_log::client_id.eq(actor.client.as_ref().map(|client| client.id)),
            pii_access_log::subject_type.eq(subject),
            pii_access_log::subject_id.eq(id),
            pii_access_log::field.eq(field),
            pii_access_log::reason.eq(reason),
            pii_access_log::request_id.eq(&actor.request.id),
            pii_access_log::ip.eq(&actor.request.ip),
        ))
        .execute(tx.conn())?;
    Ok(())
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
