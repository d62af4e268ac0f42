//! Exports all data of a person, and erases personal data permanently.

use super::{Person, may_edit, open, seal, status, visibility};
use crate::users::query::{self, Deleted, Sealed};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::{UNUSABLE, random_token},
    crypto::Keyring,
    people::PersonalDataRegistry,
};
use serde_json::{Value, json};
use wire::{ProblemCode, UserId, accounts::users::User, system::audit::AuditAction};

/// Returns all stored data of a person. The audit log and the access log record the export.
pub fn export(
    tx: &mut Tx<'_>,
    actor: &Actor,
    personal_data: &PersonalDataRegistry,
    id: UserId,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Value> {
    let row = query::find(tx.conn(), id, visibility(actor), Deleted::Include)?;
    if actor.id != Some(id) {
        may_edit(actor, row.role)?;
    }
    audit::record_field_access(tx, actor, "user", id.0, "everything", reason)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserExport, id).with_reason(reason),
    )?;
    let kept = personal_data.export(tx.conn(), &actor.keys, id)?;
    Ok(json!({ "user_id": id, "exported_at": now, "kept": kept }))
}

/// Erases the personal data of a user without open orders or payments. Orders, payments and the audit log stay, without
/// naming the person.
pub fn erase(
    tx: &mut Tx<'_>,
    actor: &Actor,
    personal_data: &PersonalDataRegistry,
    id: UserId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<User> {
    let row = status::lock_for_change(tx, actor, id, Deleted::Include)?;
    if row.erased_at.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The personal data of this account is already erased.",
        ));
    }
    status::ensure_no_obligations(tx, id)?;
    status::end_sessions(tx, &row, "erased")?;
    personal_data.erase(tx, actor, id)?;
    let row = query::mark_erased(tx, id, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserErase, id).with_reason(Some(reason)),
    )?;
    open(tx.conn(), &actor.keys, &row, false)
}

/// Returns the values that replace personal data: the name `Erased Person`, an address that cannot exist, no phone number, no
/// search tokens, and an unusable password.
pub fn erased_values(keys: &Keyring, id: UserId) -> Result<(Sealed, &'static str)> {
    let erased = Person {
        // `.invalid` is reserved: no such address will ever exist.
        email: format!("{}@erased.invalid", random_token().to_lowercase()),
        first_name: "Erased".to_owned(),
        last_name: "Person".to_owned(),
        phone: None,
    };
    let sealed = seal(keys, id, erased)?;
    Ok((
        Sealed {
            search_tokens: Vec::new(),
            ..sealed
        },
        UNUSABLE,
    ))
}
