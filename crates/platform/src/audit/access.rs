//! The access log: which callers saw personal data or secrets in plain text.

use super::{
    entry::{self, AccessRow},
    reason::{self, Subject},
};
use crate::{auth::Actor, db::Tx, error::Result};
use diesel::prelude::*;
use schema::pii_access_log;
use serde_json::Value;
use uuid::Uuid;
use wire::AccessId;

/// An access to personal data or a secret.
pub struct Access<'a> {
    /// The kind of the subject, such as `user`.
    pub subject: &'a str,
    /// The id of the subject; nil for a whole list.
    pub id: Uuid,
    /// The field or operation, such as `email` or `export`.
    pub field: &'a str,
    /// The reason that the caller gave.
    pub reason: Option<&'a str>,
    /// The extent of a list or an export. Never personal data.
    pub detail: Option<Value>,
}

/// Records that the actor saw a secret or personal data in plain text.
pub fn record_field_access(
    tx: &mut Tx<'_>,
    actor: &Actor,
    subject: &str,
    id: Uuid,
    field: &str,
    reason: Option<&str>,
) -> Result<()> {
    let access = Access {
        subject,
        id,
        field,
        reason,
        detail: None,
    };
    record_access(tx, actor, access)
}

/// Records an access with its detail.
pub fn record_access(tx: &mut Tx<'_>, actor: &Actor, access: Access<'_>) -> Result<()> {
    let about = Subject {
        kind: access.subject,
        id: access.id,
    };
    let row = AccessRow {
        id: AccessId::new(),
        created_at: entry::now(),
        actor_id: actor.id,
        client_id: actor.client.as_ref().map(|client| client.id),
        subject_type: access.subject.to_owned(),
        subject_id: access.id,
        field: access.field.to_owned(),
        reason: reason::seal(tx, &actor.keys, about, access.reason)?,
        request_id: actor.request.id.clone(),
        ip: actor.request.ip.clone(),
        seal: None,
        detail: access.detail,
    };
    diesel::insert_into(pii_access_log::table)
        .values(row.sealed(&actor.keys)?)
        .execute(tx.conn())?;
    Ok(())
}
