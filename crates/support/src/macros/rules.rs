//! How administrators create and change macros.

use super::query;
use crate::tickets;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{
    Check, MacroId, ProblemCode,
    support::macros::{EditMacro, MacroAction, NewMacro, TicketMacro},
    system::audit::AuditAction,
};

/// Creates a macro.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewMacro) -> Result<TicketMacro> {
    check_assignees(tx, new)?;
    let made = query::insert(tx, new)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::MacroCreate, made.id).with_change(audit::change(&(), &made)),
    )?;
    Ok(made)
}

/// Changes a macro.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: MacroId,
    version: i32,
    edit: &EditMacro,
) -> Result<TicketMacro> {
    let before = query::lock(tx, id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let to = edit.with_changes_to(&before);
    let errors = to.field_errors();
    if !errors.is_empty() {
        return Err(Error::fields(errors));
    }
    check_assignees(tx, &to)?;
    let after =
        query::update(tx, id, version, &to)?.ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::MacroEdit, id).with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Deletes a macro.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: MacroId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    query::lock(tx, id)?;
    if !query::remove(tx, id, version, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(tx, actor, AuditEvent::new(AuditAction::MacroDelete, id))
}

fn check_assignees(tx: &mut Tx<'_>, new: &NewMacro) -> Result<()> {
    for action in &new.actions {
        if let MacroAction::Assign(user) = action
            && !tickets::is_staff(tx.conn(), *user)?
        {
            return Err(Error::field(
                "actions",
                "unknown",
                "There is no active staff member with this id.",
            ));
        }
    }
    Ok(())
}
