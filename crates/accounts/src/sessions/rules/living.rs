//! The sessions in force: seen, confirmed anew, and ended, by their owner or by who looks after people.

use super::{Attempt, Visit, device::device, factor};
use crate::{
    sessions::query::{self, Account, Living},
    users::{
        self,
        query::{Life, Seen},
    },
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
};
use wire::{
    Permission, ProblemCode, SessionId, UserId,
    accounts::{
        sessions::{Session, Sessions},
        users::UserRole,
    },
};

/// What somebody brings to prove that it is still them.
pub enum Proof {
    /// A password, and whether it was theirs.
    Password(bool),
    /// A code.
    Code(String),
}

/// The actor's sessions.
pub fn list(conn: &mut Conn, actor: &Actor, now: DateTime<Utc>) -> Result<Sessions> {
    let current = current(conn, actor)?;
    shown(query::living(conn, actor.person()?, now)?, Some(current))
}

/// Somebody else's sessions.
pub fn list_of(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> Result<Sessions> {
    users::query::find(conn, user, (Seen::All, Life::Living))?;
    shown(query::living(conn, user, now)?, None)
}

/// Ends a session: one's own, or another's if one may.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, (id, now): (SessionId, DateTime<Utc>)) -> Result<()> {
    let (owner, role) = query::owner(tx.conn(), id)?;
    let why = if actor.id == Some(owner) {
        "signed out"
    } else if actor.can(Permission::SessionsManage) {
        may_end(actor, role)?;
        "ended by staff"
    } else {
        return Err(Error::not_found());
    };
    query::hold(tx, owner)?;
    if query::end_family(tx, (id, owner), (now, why))? == 0 {
        return Err(Error::not_found());
    }
    audit::record(
        tx,
        actor,
        Act::new("session.end", "session", id.0).because(Some(why)),
    )
}

/// Ends the session that asks.
pub fn end_current(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    let family = current(tx.conn(), actor)?;
    end(tx, actor, (family, now))
}

/// Ends the actor's sessions, but for the one that asks.
pub fn end_others(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let (user, kept) = (actor.person()?, current(tx.conn(), actor)?);
    query::hold(tx, user)?;
    query::end_all(tx, user, (Some(kept), "signed out elsewhere"))?;
    audit::record(tx, actor, Act::new("session.end_others", "user", user.0))
}

/// Ends every session of somebody else.
pub fn end_all_of(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> Result<()> {
    let account = query::hold(tx, user)?.ok_or_else(Error::not_found)?;
    may_end(actor, account.role)?;
    query::end_all(tx, user, (None, "ended by staff"))?;
    audit::record(tx, actor, Act::new("session.end_all", "user", user.0))
}

/// Takes the second factor of somebody who has lost it away, and with it their sessions.
pub fn reset_factor(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor, user: UserId) -> Result<()> {
    let account = query::hold(tx, user)?.ok_or_else(Error::not_found)?;
    may_end(actor, account.role)?;
    factor::remove(tx, visit, actor, &account)?;
    query::end_all(tx, user, (None, "factor reset"))?;
    Ok(())
}

/// Counts a try of the actor to prove who they are.
pub fn try_anew(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor) -> Result<(Attempt, Account)> {
    let account = query::hold(tx, actor.person()?)?.ok_or_else(Error::not_found)?;
    let session = current(tx.conn(), actor)?;
    let attempt = Attempt::count_proof(tx, visit, (&account.email_hash, session))?;
    Ok((attempt, account))
}

/// Whether the proof holds. If so the try is forgiven; if not, word is left of it.
pub fn holds(
    tx: &mut Tx<'_>,
    visit: &Visit,
    actor: &Actor,
    (attempt, account, proof): (&Attempt, &Account, &Proof),
) -> Result<bool> {
    let holds = match proof {
        Proof::Password(fits) => *fits,
        Proof::Code(code) => factor::serves(tx, actor, (account.id, code), visit.now)?,
    };
    if holds {
        attempt.forgive(tx)?;
    } else {
        audit::record(
            tx,
            actor,
            Act::new("session.unconfirmed", "user", account.id.0),
        )?;
    }
    Ok(holds)
}

/// Confirms the session that asks, and all that it is prolonged to.
pub fn confirm(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor) -> Result<()> {
    let family = current(tx.conn(), actor)?;
    query::confirm(tx, family, visit.now)?;
    audit::record(tx, actor, Act::new("session.confirm", "session", family.0))
}

/// The family of the session that asks.
pub fn current(conn: &mut Conn, actor: &Actor) -> Result<SessionId> {
    query::family_of(conn, actor.session.ok_or_else(Error::not_found)?)
}

fn shown(rows: Vec<Living>, current: Option<SessionId>) -> Result<Sessions> {
    let one = |row: Living| Session {
        id: row.family_id,
        device: device(row.user_agent.as_deref()),
        user_agent: row.user_agent,
        ip: row.ip,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        is_current: Some(row.family_id) == current,
    };
    Ok(Sessions {
        data: rows.into_iter().map(one).collect(),
    })
}

/// Staff are signed out by super administrators only.
fn may_end(actor: &Actor, owner: UserRole) -> Result<()> {
    if !owner.is_staff() || actor.role == Some(UserRole::SuperAdmin) {
        return Ok(());
    }
    Err(Error::because(
        ProblemCode::Forbidden,
        "Members of the staff are signed out by a super administrator.",
    ))
}
