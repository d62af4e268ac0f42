//! Records a sealed value that does not open in the audit log, outside the transaction that failed because of it.

use super::{AuditEvent, entry::AuditRow};
use crate::{
    crypto::Keyring,
    db::Conn,
    error::{Result, UnreadableValue},
};
use chrono::TimeDelta;
use diesel::{dsl::exists, prelude::*};
use schema::audit_log as log;
use serde_json::json;
use wire::{AuditId, system::audit::AuditAction};

/// The action in the audit log.
const ACTION: AuditAction = AuditAction::DecryptionFail;
/// The time within which the same value is recorded once, however often it is read.
const REPEAT_AFTER: TimeDelta = TimeDelta::hours(1);

/// Records the value, at most once an hour.
pub fn record_unreadable(
    conn: &mut Conn,
    keys: &Keyring,
    request: Option<&str>,
    value: &UnreadableValue,
) -> Result<()> {
    let change = json!({ "column": value.column, "why": value.why });
    let known = log::table
        .filter(log::subject_type.eq(&value.table))
        .filter(log::subject_id.eq(value.row))
        .filter(log::action.eq_any(ACTION.names()))
        .filter(log::change.eq(&change))
        .filter(log::created_at.gt(super::entry::now() - REPEAT_AFTER));
    if diesel::select(exists(known)).get_result(conn)? {
        return Ok(());
    }
    let event = AuditEvent::of_row(ACTION, &value.table, value.row).with_change(change);
    let row = AuditRow {
        id: AuditId::new(),
        created_at: super::entry::now(),
        actor_id: None,
        client_id: None,
        actor_role: None,
        action: event.action.as_str().to_owned(),
        subject_type: event.subject.to_owned(),
        subject_id: Some(event.id),
        change: event.change,
        reason: None,
        request_id: request.map(str::to_owned),
        ip: None,
        seal: None,
    };
    diesel::insert_into(log::table)
        .values(row.sealed(keys)?)
        .execute(conn)?;
    Ok(())
}
