//! Active sessions: their owner or staff list and end them; their owner confirms them by authenticating again.

use super::{Attempt, RequestContext, device::device, mfa};
use crate::{
    sessions::query::{self, Account, ActiveSession},
    users::{
        self,
        query::{Deleted, Visibility},
    },
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{
    Permission, ProblemCode, SessionId, UserId,
    accounts::{
        sessions::{Session, SessionList},
        users::UserRole,
    },
    system::audit::AuditAction,
};

/// A proof with which a signed-in user authenticates again.
#[derive(Clone)]
pub enum Proof {
    /// A password, and whether it is that of the user.
    Password(bool),
    /// A code of the second factor, or a recovery code.
    Code(String),
}

/// Returns the active sessions of the actor.
pub fn list(conn: &mut Conn, actor: &Actor, now: DateTime<Utc>) -> Result<SessionList> {
    let current = current(conn, actor)?;
    Ok(to_response(
        query::active_sessions(conn, actor.person()?, now)?,
        Some(current),
    ))
}

/// Returns the active sessions of another user.
pub fn list_for_user(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> Result<SessionList> {
    users::query::find(conn, user, Visibility::All, Deleted::Exclude)?;
    Ok(to_response(query::active_sessions(conn, user, now)?, None))
}

/// Ends a session of the actor or, with the permission to manage sessions, of another user.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    let (owner, role) = query::owner(tx.conn(), id)?;
    let why = if actor.id == Some(owner) {
        "signed out"
    } else if actor.can(Permission::SessionsManage) {
        may_end(actor, role)?;
        "ended by staff"
    } else {
        return Err(Error::not_found());
    };
    query::lock_account(tx, owner)?;
    if query::end_family(tx, id, owner, why, now)? == 0 {
        return Err(Error::not_found());
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::SessionEnd, id).with_reason(Some(why)),
    )
}

/// Ends the session of the request.
pub fn end_current(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    let family = current(tx.conn(), actor)?;
    end(tx, actor, family, now)
}

/// Ends the actor's sessions except that of the request.
pub fn end_others(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let (user, current) = (actor.person()?, current(tx.conn(), actor)?);
    query::lock_account(tx, user)?;
    query::end_all(tx, user, Some(current), "signed out elsewhere")?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::SessionEndOthers, user),
    )
}

/// Ends every session of another user.
pub fn end_all_for_user(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> Result<()> {
    let account = query::lock_account(tx, user)?.ok_or_else(Error::not_found)?;
    may_end(actor, account.role)?;
    query::end_all(tx, user, None, "ended by staff")?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::SessionEndAll, user))
}

/// Removes the second factor of a user who has lost it, and ends the user's sessions.
pub fn reset_mfa(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
    user: UserId,
) -> Result<()> {
    let account = query::lock_account(tx, user)?.ok_or_else(Error::not_found)?;
    may_end(actor, account.role)?;
    mfa::remove(tx, context, actor, &account)?;
    query::end_all(tx, user, None, "factor reset")?;
    Ok(())
}

/// Counts an attempt of the actor to authenticate again.
pub fn count_proof_attempt(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
) -> Result<(Attempt, Account)> {
    let account = query::lock_account(tx, actor.person()?)?.ok_or_else(Error::not_found)?;
    let session = current(tx.conn(), actor)?;
    let attempt = Attempt::count_proof(tx, context, &account.email_hash, session)?;
    Ok((attempt, account))
}

/// Checks a proof and returns whether it is valid. A valid proof resets the counters of the attempt; an invalid one is recorded.
pub fn verify_proof(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
    attempt: &Attempt,
    account: &Account,
    proof: &Proof,
) -> Result<bool> {
    let is_valid = match proof {
        Proof::Password(matches) => *matches,
        Proof::Code(code) => mfa::use_code(tx, actor, account.id, code, context.now)?,
    };
    if is_valid {
        attempt.reset_after_success(tx)?;
    } else {
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::SessionFailConfirmation, account.id),
        )?;
    }
    Ok(is_valid)
}

/// Records that the user has authenticated again in the session of the request.
pub fn confirm(tx: &mut Tx<'_>, context: &RequestContext, actor: &Actor) -> Result<()> {
    let family = current(tx.conn(), actor)?;
    query::confirm(tx, family, context.now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::SessionConfirm, family),
    )
}

/// Returns the family of the session of the request.
pub fn current(conn: &mut Conn, actor: &Actor) -> Result<SessionId> {
    query::family_of(conn, actor.session.ok_or_else(Error::not_found)?)
}

fn to_response(rows: Vec<ActiveSession>, current: Option<SessionId>) -> SessionList {
    let session = |row: ActiveSession| Session {
        id: row.family_id,
        device: device(row.user_agent.as_deref()),
        user_agent: row.user_agent,
        ip: row.ip,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        is_current: Some(row.family_id) == current,
    };
    SessionList {
        data: rows.into_iter().map(session).collect(),
    }
}

/// Checks that the actor may end sessions of a user with this role: only super administrators end those of staff.
fn may_end(actor: &Actor, owner: UserRole) -> Result<()> {
    if !owner.is_staff() || actor.role == Some(UserRole::SuperAdmin) {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::Forbidden,
        "Only a super administrator can end the sessions of staff.",
    ))
}
