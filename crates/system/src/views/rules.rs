//! Decisions about saved views: who may save, share and change them. A list has one default view per audience.

use super::query;
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{
    Check, Permission, ProblemCode, UserId, ViewId,
    accounts::users::UserRole,
    system::audit::AuditAction,
    system::views::{EditView, NewView, View, ViewAudience},
};

/// Saves a view.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewView) -> Result<View> {
    may_share(actor, new.audience)?;
    let owner = actor.person()?;
    let id = ViewId::new();
    clear_other_default(tx, actor, id, owner, new)?;
    let view = query::insert(tx, id, owner, new)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ViewCreate, id).with_change(audit::change(&(), new)),
    )?;
    Ok(view)
}

/// Changes a view if it still has this version.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ViewId,
    version: i32,
    change: &EditView,
) -> Result<View> {
    let before = find_changeable(tx, actor, id)?;
    let wanted = before.to_new_view().with_changes(change);
    may_share(actor, wanted.audience)?;
    let errors = wanted.field_errors();
    if !errors.is_empty() {
        return Err(Error::fields(errors));
    }
    // Check the version first: a stale edit must not remove the default flag of another view.
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    clear_other_default(tx, actor, id, before.owner_id, &wanted)?;
    let after = query::update(tx, id, version, &wanted)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    let changed = audit::change(&before.to_new_view(), &wanted);
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ViewEdit, id).with_change(changed),
    )?;
    Ok(after)
}

/// Deletes a view if it still has this version.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: ViewId, version: i32) -> Result<()> {
    let before = find_changeable(tx, actor, id)?;
    if query::remove(tx, id, version)? == 0 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ViewDelete, id)
            .with_change(audit::change(&(), &before.to_new_view())),
    )
}

/// Returns a view that the actor may change: their own view, or any shared view for a super administrator.
fn find_changeable(tx: &mut Tx<'_>, actor: &Actor, id: ViewId) -> Result<View> {
    let view = query::find(tx.conn(), actor, id)?;
    if may_change(actor.id, actor.role, &view) {
        return Ok(view);
    }
    Err(Error::with_detail(
        ProblemCode::Forbidden,
        "Only its owner or a super administrator can change a shared view. Save a copy of your own instead.",
    ))
}

fn may_change(actor: Option<UserId>, role: Option<UserRole>, view: &View) -> bool {
    actor == Some(view.owner_id) || (role == Some(UserRole::SuperAdmin) && view.is_shared())
}

fn may_share(actor: &Actor, audience: ViewAudience) -> Result<()> {
    if audience == ViewAudience::Mine || actor.can(Permission::ViewsShare) {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::Forbidden,
        format!(
            "Sharing a view needs the permission {}.",
            Permission::ViewsShare
        ),
    ))
}

/// Removes the default flag from the other view that has it, if this view becomes the default. Concurrent changes wait for
/// one another.
fn clear_other_default(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ViewId,
    owner: UserId,
    wanted: &NewView,
) -> Result<()> {
    if !wanted.is_default {
        return Ok(());
    }
    query::lock_defaults(tx, &wanted.list)?;
    for other in query::clear_default(tx, id, owner, wanted)? {
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::ViewEdit, other).with_change(audit::change(
                &DefaultFlag { is_default: true },
                &DefaultFlag { is_default: false },
            )),
        )?;
    }
    Ok(())
}

/// The recorded change of a view that is no longer the default.
#[derive(serde::Serialize)]
struct DefaultFlag {
    is_default: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_view_can_be_changed_by_owner_and_super_administrator() {
        let (owner, other) = (UserId::new(), UserId::new());
        let view_for = |audience| View {
            id: ViewId::new(),
            owner_id: owner,
            list: "/billing/orders".into(),
            name: "Mine".into(),
            query: String::new(),
            audience,
            role: None,
            is_default: false,
            version: 1,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        for (actor, role, audience, may) in [
            (owner, UserRole::Support, ViewAudience::Mine, true),
            (owner, UserRole::Admin, ViewAudience::Everyone, true),
            (other, UserRole::Admin, ViewAudience::Everyone, false),
            (other, UserRole::SuperAdmin, ViewAudience::Everyone, true),
            (other, UserRole::SuperAdmin, ViewAudience::Mine, false),
        ] {
            assert_eq!(
                may_change(Some(actor), Some(role), &view_for(audience)),
                may,
                "{role} {audience}"
            );
        }
    }
}
