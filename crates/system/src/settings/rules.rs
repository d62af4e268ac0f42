//! Decisions about settings: which values are valid, who may set them, and the history of every change.

use super::query::{self, Change};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    people,
    settings::Watchers,
};
use serde_json::json;
use wire::{
    ProblemCode,
    accounts::users::UserRole,
    system::audit::AuditAction,
    system::settings::{
        EditSetting, PublicSettings, RollBackSetting, SETTINGS, Setting, SettingChange,
        SettingHistory, SettingRef, definition,
    },
};

/// Changes a setting.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    setting: &SettingRef,
    version: i32,
    edit: &EditSetting,
    watchers: &Watchers,
) -> Result<Setting> {
    let before = query::lock(tx, setting)?;
    let value = edit
        .value
        .as_deref()
        .map(|text| normalize(&before.key, text));
    let update = Update {
        version,
        action: AuditAction::SettingEdit,
        value: value.transpose()?,
        reason: edit.reason.as_deref().unwrap_or_default(),
    };
    apply(tx, actor, &before, update, watchers)
}

/// Restores the value that a setting had in an earlier version, if the value is still valid.
pub fn roll_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    setting: &SettingRef,
    version: i32,
    rollback: &RollBackSetting,
    watchers: &Watchers,
) -> Result<Setting> {
    let before = query::lock(tx, setting)?;
    let Some(value) = query::value_of(tx.conn(), before.id, rollback.version)? else {
        return Err(Error::field(
            "version",
            "unknown",
            "The setting never had this version.",
        ));
    };
    let value = value.map(|text| normalize(&before.key, &text)).transpose();
    let value = value.map_err(|_| {
        Error::field(
            "version",
            "not_allowed",
            "The value of this version is no longer allowed.",
        )
    })?;
    let update = Update {
        version,
        action: AuditAction::SettingRollback,
        value,
        reason: rollback.reason.as_deref().unwrap_or_default(),
    };
    apply(tx, actor, &before, update, watchers)
}

fn normalize(key: &str, text: &str) -> Result<String> {
    let known = definition(key).ok_or_else(Error::not_found)?;
    known.normalize(text).map_err(|bad| Error::fields(bad.0))
}

/// A new value of a setting.
struct Update<'a> {
    /// The version on which the update is based.
    version: i32,
    action: AuditAction,
    value: Option<String>,
    reason: &'a str,
}

/// Sets a value, and records it in the history of the setting and in the audit log.
fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    before: &Setting,
    update: Update<'_>,
    watchers: &Watchers,
) -> Result<Setting> {
    let Update {
        version,
        action,
        value,
        reason,
    } = update;
    let reason = Some(reason.trim()).filter(|reason| !reason.is_empty());
    may_set(actor, before, value.as_deref())?;
    let after = query::update(tx, before.id, version, value.as_deref())?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    query::insert_change(tx, actor.id, &after, reason)?;
    watchers.notify(tx, &after.key, after.version)?;
    let change = json!({ &after.key: { "before": before.value, "after": after.value } });
    audit::record(
        tx,
        actor,
        AuditEvent::new(action, after.id)
            .with_change(change)
            .with_reason(reason),
    )?;
    Ok(after)
}

/// Rejects a change that weakens a financial or security control, except to a super administrator with a recent
/// confirmation.
fn may_set(actor: &Actor, before: &Setting, value: Option<&str>) -> Result<()> {
    let known = definition(&before.key).ok_or_else(Error::not_found)?;
    let after = value.unwrap_or(known.default);
    if !known.is_weakened_by(&before.effective, after) {
        return Ok(());
    }
    if actor.role != Some(UserRole::SuperAdmin) {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            format!(
                "This change of {} weakens a financial or security control: only a super administrator can make it.",
                before.key
            ),
        ));
    }
    actor.require_step_up()
}

/// Returns the last changes of a setting, newest first.
pub fn history(conn: &mut Conn, actor: &Actor, setting: &SettingRef) -> Result<SettingHistory> {
    let setting = query::find(conn, setting)?;
    let changes = query::history(conn, setting.id)?;
    let actors: Vec<_> = changes
        .iter()
        .filter_map(|change| change.changed_by)
        .collect();
    let names = people::names(conn, &actor.keys, &actors, false)?;
    let to_response = |change: Change| SettingChange {
        id: change.id,
        version: change.version,
        value: change.value,
        actor: change.changed_by.and_then(|id| names.get(&id).cloned()),
        changed_by: change.changed_by,
        reason: change.reason,
        created_at: change.created_at,
    };
    Ok(SettingHistory {
        data: changes.into_iter().map(to_response).collect(),
    })
}

/// Returns the public settings, in the order of the registry.
pub fn public(conn: &mut Conn) -> Result<PublicSettings> {
    let set = query::public(conn)?;
    let settings = SETTINGS
        .iter()
        .filter(|known| known.is_public)
        .map(|known| {
            let value = set
                .iter()
                .find(|(key, _)| key == known.key)
                .and_then(|(_, value)| value.as_deref());
            (
                known.key.to_owned(),
                known.json(value.unwrap_or(known.default)),
            )
        });
    Ok(PublicSettings {
        settings: settings.collect(),
    })
}
