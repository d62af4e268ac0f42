//! Who is let in, for how long, and when they are shown out.

mod throttle;

pub use throttle::Attempt;

use super::query::{self, Account, Fresh, Row};
use crate::users::{self, query::Seen};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Ctx, Error, Owner, RequestInfo, Result, Tx,
    audit::{self, Act},
    auth::random_token,
    crypto::digest,
};
use uuid::Uuid;
use wire::{
    Reach, SessionId,
    accounts::{
        sessions::{Granted, Session, Sessions},
        users::UserStatus,
    },
};

/// A session that is not used ends after this.
const IDLE: TimeDelta = TimeDelta::days(14);
/// Every session ends after this.
const LONGEST: TimeDelta = TimeDelta::days(90);
/// Two tabs may show the same token within this time; later it was stolen.
const RACE: TimeDelta = TimeDelta::seconds(10);
/// How long an access token lasts, in seconds.
const ACCESS: i64 = 600;

/// Somebody at the door: the context, their request and the time.
#[derive(Clone)]
pub struct Visit {
    pub ctx: Ctx,
    pub request: RequestInfo,
    pub now: DateTime<Utc>,
}

/// A session that has begun or was prolonged: what its owner is told, and the token for the cookie.
pub struct Opened {
    pub granted: Granted,
    pub id: SessionId,
    pub refresh: String,
    pub expires_at: DateTime<Utc>,
}

/// What came of showing a refresh token.
pub enum Turned {
    /// The next token.
    Opened(Box<Opened>),
    /// Another tab was faster by a moment.
    Raced,
    /// The session is over, or never was.
    Ended,
}

impl Visit {
    /// Now.
    pub fn new(ctx: &Ctx, request: RequestInfo) -> Self {
        Self {
            ctx: ctx.clone(),
            request,
            now: ctx.clock.now(),
        }
    }

    fn actor(&self, account: Option<(&Account, SessionId)>) -> Actor {
        let (id, role, session) = (
            account.map(|(person, _)| person.id),
            account.map(|(person, _)| person.role),
            account.map(|(_, session)| session),
        );
        Actor {
            id,
            client: None,
            role,
            session,
            reach: Reach::Own,
            request: self.request.clone(),
            keys: self.ctx.keys.clone(),
        }
    }
}

/// Counts a try and finds the account that it is about.
pub fn admit(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (attempt, email): (&Attempt, &str),
) -> Result<Option<Account>> {
    attempt.count(tx, visit)?;
    query::account(tx.conn(), &users::rules::email_hash(&visit.ctx.keys, email))
}

/// Begins a session if the password was right and the account is as it was; else leaves word that it was refused.
pub fn begin(
    tx: &mut Tx<'_>,
    visit: &Visit,
    tried: (&Attempt, Option<Account>, bool),
) -> Result<Option<Opened>> {
    let (attempt, account, fits) = tried;
    let subject = account.as_ref().map_or(Uuid::nil(), |account| account.id.0);
    // Read again: a suspension or a new password during the hashing counts.
    let account = account
        .filter(|_| fits)
        .map(|seen| {
            Ok::<_, Error>(
                query::account_by_id(tx.conn(), seen.id)?
                    .filter(|now| now.password_hash == seen.password_hash),
            )
        })
        .transpose()?
        .flatten();
    let Some(account) = account.filter(|account| account.status == UserStatus::Active) else {
        audit::record(
            tx,
            &visit.actor(None),
            Act::new("session.refused", "user", subject),
        )?;
        return Ok(None);
    };
    attempt.forgive(tx)?;
    query::signed_in(tx, account.id, visit.now)?;
    let family = SessionId::new();
    let opened = open(tx, visit, (&account, family, visit.now))?;
    audit::record(
        tx,
        &visit.actor(Some((&account, family))),
        Act::new("session.begin", "session", family.0),
    )?;
    Ok(Some(opened))
}

/// Exchanges a refresh token for the next. A token that was exchanged before ends its family, except within the
/// moment in which two tabs may do the same.
pub fn refresh(tx: &mut Tx<'_>, visit: &Visit, token: &str) -> Result<Turned> {
    let hash = digest(token.as_bytes());
    if let Some(row) = query::rotate(tx, &hash, visit.now)? {
        return prolong(tx, visit, &row);
    }
    match query::by_hash(tx.conn(), &hash)? {
        Some(row) if is_race(&row, visit.now) => Ok(Turned::Raced),
        Some(row) if row.rotated_at.is_some() && row.revoked_at.is_none() => {
            query::end_family(tx, (row.family_id, row.user_id), (visit.now, "reuse"))?;
            audit::record(
                tx,
                &visit.actor(None),
                Act::new("session.reuse", "session", row.family_id.0),
            )?;
            Ok(Turned::Ended)
        }
        _ => Ok(Turned::Ended),
    }
}

fn prolong(tx: &mut Tx<'_>, visit: &Visit, row: &Row) -> Result<Turned> {
    match query::account_by_id(tx.conn(), row.user_id)?
        .filter(|account| account.status == UserStatus::Active)
    {
        Some(account) => open(tx, visit, (&account, row.family_id, row.created_at))
            .map(|opened| Turned::Opened(Box::new(opened))),
        None => {
            query::end_family(tx, (row.family_id, row.user_id), (visit.now, "account"))?;
            Ok(Turned::Ended)
        }
    }
}

/// Adds the next token of a family, which began at that time.
fn open(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (account, family, began): (&Account, SessionId, DateTime<Utc>),
) -> Result<Opened> {
    let (refresh, expires_at) = (random_token(), ends_at(began, visit.now));
    let id = if began == visit.now {
        family
    } else {
        SessionId::new()
    };
    query::insert(
        tx,
        &Fresh {
            id,
            user_id: account.id,
            family_id: family,
            refresh_hash: digest(refresh.as_bytes()),
            created_at: began,
            last_used_at: visit.now,
            expires_at,
            user_agent: visit.request.user_agent.as_deref(),
            ip: visit.request.ip.as_deref(),
        },
    )?;
    let row = users::query::find(tx.conn(), account.id, Seen::Own(Owner::Person(account.id)))?;
    let granted = Granted {
        access_token: visit
            .ctx
            .tokens
            .issue(account.id, id, account.session_epoch, visit.now)?,
        expires_in: ACCESS,
        is_limited: false,
        user: users::rules::open(&visit.ctx.keys, &row, false)?,
    };
    Ok(Opened {
        granted,
        id: family,
        refresh,
        expires_at,
    })
}

/// The actor's sessions.
pub fn list(conn: &mut Conn, actor: &Actor, now: DateTime<Utc>) -> Result<Sessions> {
    let current = actor
        .session
        .map(|id| query::family_of(conn, id))
        .transpose()?;
    let rows = query::living(conn, actor.person()?, now)?;
    Ok(Sessions {
        data: rows
            .into_iter()
            .map(|row| Session {
                id: row.family_id,
                device: String::new(),
                user_agent: row.user_agent,
                ip: row.ip,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
                is_current: Some(row.family_id) == current,
            })
            .collect(),
    })
}

/// Ends one of the actor's sessions.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, (id, now): (SessionId, DateTime<Utc>)) -> Result<()> {
    if query::end_family(tx, (id, actor.person()?), (now, "signed out"))? == 0 {
        return Err(Error::not_found());
    }
    audit::record(tx, actor, Act::new("session.end", "session", id.0))
}

/// Ends the session that asks.
pub fn end_current(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    let session = actor.session.ok_or_else(Error::not_found)?;
    let family = query::family_of(tx.conn(), session)?;
    end(tx, actor, (family, now))
}

fn ends_at(began: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    (now + IDLE).min(began + LONGEST)
}

fn is_race(row: &Row, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.rotated_at.is_some_and(|rotated| now - rotated <= RACE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::UserId;

    #[test]
    fn a_session_ends_when_idle_and_at_the_latest_after_ninety_days() {
        let began = DateTime::UNIX_EPOCH;
        for (age, left) in [(0, 14), (10, 14), (76, 14), (80, 10), (89, 1)] {
            let now = began + TimeDelta::days(age);
            assert_eq!(
                (ends_at(began, now) - now).num_days(),
                left,
                "after {age} days"
            );
        }
    }

    #[test]
    fn a_token_shown_twice_is_a_race_for_ten_seconds() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let row = |ago: Option<i64>, revoked: bool| Row {
            family_id: SessionId::new(),
            user_id: UserId::new(),
            created_at: DateTime::UNIX_EPOCH,
            rotated_at: ago.map(|seconds| now - TimeDelta::seconds(seconds)),
            revoked_at: revoked.then_some(now),
        };
        assert!(is_race(&row(Some(0), false), now) && is_race(&row(Some(10), false), now));
        assert!(
            !is_race(&row(Some(11), false), now)
                && !is_race(&row(None, false), now)
                && !is_race(&row(Some(0), true), now)
        );
    }
}
