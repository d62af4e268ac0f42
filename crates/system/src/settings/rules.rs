//! Decisions about settings: what they may be, and what is kept of every change.

use super::query::{self, Change};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    people,
    settings::Watchers,
};
use serde_json::json;
use wire::{
    ProblemCode,
    accounts::users::UserRole,
    system::settings::{
        EditSetting, KNOWN, PublicSettings, RollBack, Setting, SettingChange, SettingHistory,
        SettingRef, known,
    },
};

/// Changes a setting.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (which, version): (&SettingRef, i32),
    (edit, watchers): (&EditSetting, &Watchers),
) -> Result<Setting> {
    let before = query::hold(tx, which)?;
    let value = edit.value.as_deref().map(|text| tidy(&before.key, text));
    set(
        tx,
        actor,
        (&before, version),
        (
            "setting.edit",
            value.transpose()?,
            edit.reason.as_deref().unwrap_or_default(),
        ),
        watchers,
    )
}

/// Takes a setting back to what it was, if that is still allowed.
pub fn roll_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (which, version): (&SettingRef, i32),
    (back, watchers): (&RollBack, &Watchers),
) -> Result<Setting> {
    let before = query::hold(tx, which)?;
    let Some(value) = query::value_of(tx.conn(), before.id, back.version)? else {
        return Err(Error::field(
            "version",
            "unknown",
            "The setting never had this version.",
        ));
    };
    let value = value.map(|text| tidy(&before.key, &text)).transpose();
    let value = value.map_err(|_| {
        Error::field(
            "version",
            "not_allowed",
            "What it was then is not allowed any more.",
        )
    })?;
    set(
        tx,
        actor,
        (&before, version),
        (
            "setting.rollback",
            value,
            back.reason.as_deref().unwrap_or_default(),
        ),
        watchers,
    )
}

fn tidy(key: &str, text: &str) -> Result<String> {
    let known = known(key).ok_or_else(Error::not_found)?;
    known.tidy(text).map_err(|bad| Error::fields(bad.0))
}

/// Sets it, keeps what it was set to, and leaves word of who did.
fn set(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (before, version): (&Setting, i32),
    (action, value, reason): (&str, Option<String>, &str),
    watchers: &Watchers,
) -> Result<Setting> {
    let reason = Some(reason.trim()).filter(|reason| !reason.is_empty());
    may_set(actor, before, value.as_deref())?;
    let after = query::update(tx, (before.id, version), value.as_deref())?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    query::remember(tx, actor.id, (&after, reason))?;
    watchers.notify(tx, (&after.key, after.version))?;
    let change = json!({ &after.key: { "before": before.value, "after": after.value } });
    audit::record(
        tx,
        actor,
        Act::new(action, "setting", after.id.0)
            .changing(change)
            .because(reason),
    )?;
    Ok(after)
}

/// Refuses a change that weakens a financial or security control, except to a super administrator with a recent
/// confirmation.
fn may_set(actor: &Actor, before: &Setting, value: Option<&str>) -> Result<()> {
    let known = known(&before.key).ok_or_else(Error::not_found)?;
    let after = value.unwrap_or(known.default);
    if !known.is_weakened_by(&before.effective, after) {
        return Ok(());
    }
    if actor.role != Some(UserRole::SuperAdmin) {
        return Err(Error::because(
            ProblemCode::Forbidden,
            format!(
                "This change of {} weakens a control of money or safety: only a super administrator can make it.",
                before.key
            ),
        ));
    }
    actor.confirmed()
}

/// What a setting went through.
pub fn history(conn: &mut Conn, actor: &Actor, which: &SettingRef) -> Result<SettingHistory> {
    let setting = query::find(conn, which)?;
    let changes = query::history(conn, setting.id)?;
    let who: Vec<_> = changes
        .iter()
        .filter_map(|change| change.changed_by)
        .collect();
    let names = people::names(conn, &actor.keys, &who, false)?;
    let shown = |change: Change| SettingChange {
        id: change.id,
        version: change.version,
        value: change.value,
        actor: change.changed_by.and_then(|id| names.get(&id).cloned()),
        changed_by: change.changed_by,
        reason: change.reason,
        created_at: change.created_at,
    };
    Ok(SettingHistory {
        data: changes.into_iter().map(shown).collect(),
    })
}

/// What anybody may know, in the order of the registry.
pub fn public(conn: &mut Conn) -> Result<PublicSettings> {
    let set = query::public(conn)?;
    let shown = KNOWN.iter().filter(|known| known.is_public).map(|known| {
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
        settings: shown.collect(),
    })
}
