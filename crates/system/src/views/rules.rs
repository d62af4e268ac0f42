//! Who may save, share and change views, and that one default remains.

use super::query;
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
};
use wire::{
    Check, Permission, ProblemCode, UserId, ViewId,
    accounts::users::UserRole,
    system::views::{EditView, NewView, View, ViewAudience},
};

/// Saves a view.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewView) -> Result<View> {
    may_share(actor, new.audience)?;
    let owner = actor.person()?;
    let id = ViewId::new();
    give_way(tx, actor, (id, owner), new)?;
    let view = query::insert(tx, (id, owner), new)?;
    audit::record(
        tx,
        actor,
        Act::new("view.create", "view", id.0).changing(audit::change(&(), new)),
    )?;
    Ok(view)
}

/// Changes a view that is still as it was read.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (ViewId, i32),
    change: &EditView,
) -> Result<View> {
    let before = theirs(tx, actor, id)?;
    let wanted = before.as_new().changed(change);
    may_share(actor, wanted.audience)?;
    let faults = wanted.faults();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    // Whoever comes with an old version takes nothing from anybody.
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    give_way(tx, actor, (id, before.owner_id), &wanted)?;
    let after = query::update(tx, (id, version), &wanted)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    let changed = audit::change(&before.as_new(), &wanted);
    audit::record(
        tx,
        actor,
        Act::new("view.edit", "view", id.0).changing(changed),
    )?;
    Ok(after)
}

/// Deletes a view that is still as it was read.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, (id, version): (ViewId, i32)) -> Result<()> {
    let before = theirs(tx, actor, id)?;
    if query::remove(tx, id, version)? == 0 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        Act::new("view.delete", "view", id.0).changing(audit::change(&(), &before.as_new())),
    )
}

/// A view that the actor may change: their own, or as a super administrator one that is shared.
fn theirs(tx: &mut Tx<'_>, actor: &Actor, id: ViewId) -> Result<View> {
    let view = query::find(tx.conn(), actor, id)?;
    if may_change(actor.id, actor.role, &view) {
        return Ok(view);
    }
    Err(Error::because(
        ProblemCode::Forbidden,
        "Only its owner or a super administrator changes a shared view. Save a copy of your own instead.",
    ))
}

fn may_change(who: Option<UserId>, role: Option<UserRole>, view: &View) -> bool {
    who == Some(view.owner_id) || (role == Some(UserRole::SuperAdmin) && view.is_shared())
}

fn may_share(actor: &Actor, audience: ViewAudience) -> Result<()> {
    if audience == ViewAudience::Mine || actor.can(Permission::ViewsShare) {
        return Ok(());
    }
    Err(Error::because(
        ProblemCode::Forbidden,
        format!(
            "Sharing a view needs the permission {}.",
            Permission::ViewsShare
        ),
    ))
}

/// Takes the default from the view that has it, where this one is to have it. Two at once take turns.
fn give_way(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, owner): (ViewId, UserId),
    wanted: &NewView,
) -> Result<()> {
    if !wanted.is_default {
        return Ok(());
    }
    query::one_at_a_time(tx, &wanted.list)?;
    for other in query::undefault(tx, (id, owner), wanted)? {
        audit::record(
            tx,
            actor,
            Act::new("view.edit", "view", other.0).changing(audit::change(
                &Default { is_default: true },
                &Default { is_default: false },
            )),
        )?;
    }
    Ok(())
}

/// What changes of a view whose place another takes.
#[derive(serde::Serialize)]
struct Default {
    is_default: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_views_are_changed_by_their_owner_and_by_super_administrators() {
        let (owner, other) = (UserId::new(), UserId::new());
        let of = |audience| View {
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
        for (who, role, audience, may) in [
            (owner, UserRole::Support, ViewAudience::Mine, true),
            (owner, UserRole::Admin, ViewAudience::Everyone, true),
            (other, UserRole::Admin, ViewAudience::Everyone, false),
            (other, UserRole::SuperAdmin, ViewAudience::Everyone, true),
            (other, UserRole::SuperAdmin, ViewAudience::Mine, false),
        ] {
            assert_eq!(
                may_change(Some(who), Some(role), &of(audience)),
                may,
                "{role} {audience}"
            );
        }
    }
}
