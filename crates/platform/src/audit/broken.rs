//! A sealed value that does not open is put on record, outside the transaction that failed over it.

use super::{Act, entry::AuditRow};
use crate::{
    crypto::Keyring,
    db::Conn,
    error::{Broken, Result},
};
use chrono::TimeDelta;
use diesel::{dsl::exists, prelude::*};
use schema::audit_log as log;
use serde_json::json;
use wire::AuditId;

/// The act, as the record calls it.
const ACT: &str = "seal.broken";
/// A page that is looked at again and again says it once.
const QUIET: TimeDelta = TimeDelta::hours(1);

/// Leaves word of it, once an hour for each value.
pub fn broken(
    conn: &mut Conn,
    keys: &Keyring,
    request: Option<&str>,
    value: &Broken,
) -> Result<()> {
    let change = json!({ "column": value.column, "why": value.why });
    let known = log::table
        .filter(log::subject_type.eq(&value.table))
        .filter(log::subject_id.eq(value.row))
        .filter(log::action.eq(ACT))
        .filter(log::change.eq(&change))
        .filter(log::created_at.gt(super::entry::now() - QUIET));
    if diesel::select(exists(known)).get_result(conn)? {
        return Ok(());
    }
    let act = Act::new(ACT, &value.table, value.row).changing(change);
    let row = AuditRow {
        id: AuditId::new(),
        created_at: super::entry::now(),
        actor_id: None,
        client_id: None,
        actor_role: None,
        action: act.action.to_owned(),
        subject_type: act.subject.to_owned(),
        subject_id: Some(act.id),
        change: act.change,
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
