//! Who is let in, for how long, and when they are shown out.

mod device;
pub mod email_change;
pub mod factor;
pub mod invitations;
pub mod letters;
pub mod living;
pub mod passwords;
mod throttle;
mod told;

pub use throttle::{Attempt, forgive_account};
pub use told::told;

use super::query::{self, Account, Fresh, Row, factors};
use crate::users::{
    self,
    query::{Life, Seen},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Ctx, Owner, RequestInfo, Result, Tx,
    audit::{self, Act},
    auth::random_token,
    crypto::{Keyring, digest},
    settings::{self, BusinessTimeZone, SessionIdleDays},
};
use uuid::Uuid;
use wire::{
    ApiClientId, Reach, SessionId, UserId,
    accounts::{
        sessions::Granted,
        users::{User, UserStatus},
    },
};

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
    /// The device cookie, if the browser sent one with our signature.
    pub device: Option<String>,
}

/// A session that has begun or was prolonged: what its owner is told, and the token for the cookie.
pub struct Opened {
    pub granted: Granted,
    pub id: SessionId,
    pub refresh: String,
    pub expires_at: DateTime<Utc>,
}

/// What came of signing in.
pub enum Begun {
    /// In.
    Opened(Box<Opened>),
    /// Not in, and not told why: unknown, wrong, or kept out.
    Refused,
    /// The password was right, and a code is asked for too.
    NeedsCode {
        /** Whether the one that came was wrong. */
        was_wrong: bool,
    },
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
            device: None,
        }
    }

    /// Sets the device that the request came from.
    pub fn with_device(self, device: Option<String>) -> Self {
        Self { device, ..self }
    }

    /// Whoever is at the door: somebody with an account, or nobody known.
    fn actor(&self, account: Option<&Account>) -> Actor {
        Actor {
            id: account.map(|person| person.id),
            client: None,
            role: account.map(|person| person.role),
            session: None,
            reach: Reach::Own,
            is_confirmed: false,
            request: self.request.clone(),
            keys: self.ctx.keys.clone(),
        }
    }
}

/// Counts a try and finds the account that it is about.
pub fn admit(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (email_hash, client): (&[u8], Option<ApiClientId>),
) -> Result<(Attempt, Option<Account>)> {
    let attempt = Attempt::count(tx, visit, email_hash)?;
    let accounts = query::accounts(tx.conn(), email_hash)?;
    Ok((attempt, named(accounts, client).pop()))
}

/// Selects the account that an address stands for: that of the named API client, else the direct one, else the only
/// one. Where several API clients have a customer with this address and none is named, it selects nothing.
pub fn named(accounts: Vec<Account>, client: Option<ApiClientId>) -> Vec<Account> {
    let is_only = accounts.len() == 1;
    accounts
        .into_iter()
        .filter(|account| match client {
            Some(_) => account.client_id == client,
            None => account.client_id.is_none() || is_only,
        })
        .collect()
}

/// Begins a session if everything was right and the account is as it was; else leaves word that it was refused.
pub fn begin(
    tx: &mut Tx<'_>,
    visit: &Visit,
    attempt: &Attempt,
    (account, fits, code): (Option<Account>, bool, Option<&str>),
) -> Result<Begun> {
    let subject = account.as_ref().map_or(Uuid::nil(), |account| account.id.0);
    let refused = |tx: &mut Tx<'_>| {
        let act = Act::new("session.refused", "user", subject);
        audit::record(tx, &visit.actor(None), act)
    };
    // Read again: a suspension or a new password during the hashing counts.
    let now = match account.filter(|_| fits) {
        Some(seen) => {
            query::hold(tx, seen.id)?.filter(|now| now.password_hash == seen.password_hash)
        }
        None => None,
    };
    let Some(account) = now.filter(|account| account.status == UserStatus::Active) else {
        refused(tx)?;
        return Ok(Begun::Refused);
    };
    if factors::is_enrolled(tx.conn(), account.id)? {
        let Some(code) = code else {
            attempt.take_back(tx)?;
            return Ok(Begun::NeedsCode { was_wrong: false });
        };
        if !factor::serves(
            tx,
            &visit.actor(Some(&account)),
            (account.id, code),
            visit.now,
        )? {
            refused(tx)?;
            return Ok(Begun::NeedsCode { was_wrong: true });
        }
    }
    attempt.forgive(tx)?;
    query::signed_in(tx, account.id, visit.now)?;
    throttle::remember(tx, visit, (account.id, &account.email_hash))?;
    let family = SessionId::new();
    // Signing in is proof enough of who they are, for a while.
    let opened = open(tx, visit, (&account, family), (visit.now, Some(visit.now)))?;
    let act = Act::new("session.begin", "session", family.0);
    audit::record(tx, &visit.actor(Some(&account)), act)?;
    Ok(Begun::Opened(Box::new(opened)))
}

/// Exchanges a refresh token for the next. A token that was exchanged before ends its family, except within the
/// moment in which two tabs may do the same.
pub fn refresh(tx: &mut Tx<'_>, visit: &Visit, token: &str) -> Result<Turned> {
    let hash = digest(token.as_bytes());
    let Some(known) = query::by_hash(tx.conn(), &hash)? else {
        return Ok(Turned::Ended);
    };
    let account = query::hold(tx, known.user_id)?;
    if let Some(row) = query::rotate(tx, &hash, visit.now)? {
        return prolong(tx, visit, (account, &row));
    }
    match query::by_hash(tx.conn(), &hash)? {
        Some(row) if is_race(&row, visit.now) => Ok(Turned::Raced),
        Some(row) if row.rotated_at.is_some() && row.revoked_at.is_none() => {
            query::end_family(tx, (row.family_id, row.user_id), (visit.now, "reuse"))?;
            let act = Act::new("session.reuse", "session", row.family_id.0);
            audit::record(tx, &visit.actor(None), act)?;
            Ok(Turned::Ended)
        }
        _ => Ok(Turned::Ended),
    }
}

fn prolong(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (account, row): (Option<Account>, &Row),
) -> Result<Turned> {
    match account.filter(|account| account.status == UserStatus::Active) {
        Some(account) => open(
            tx,
            visit,
            (&account, row.family_id),
            (row.created_at, row.confirmed_at),
        )
        .map(|opened| Turned::Opened(Box::new(opened))),
        None => {
            query::end_family(tx, (row.family_id, row.user_id), (visit.now, "account"))?;
            Ok(Turned::Ended)
        }
    }
}

/// Adds the next token of a family, which began at that time and was last confirmed at the other.
fn open(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (account, family): (&Account, SessionId),
    (began, confirmed_at): (DateTime<Utc>, Option<DateTime<Utc>>),
) -> Result<Opened> {
    let idle = TimeDelta::days(settings::get(tx.conn(), SessionIdleDays)?);
    let (refresh, expires_at) = (random_token(), ends_at(began, visit.now, idle));
    let is_limited =
        factor::is_required(visit, account.role) && !factors::is_enrolled(tx.conn(), account.id)?;
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
            confirmed_at,
            is_limited,
            user_agent: visit.request.user_agent.as_deref(),
            ip: visit.request.ip.as_deref(),
        },
    )?;
    let granted = Granted {
        access_token: visit
            .ctx
            .tokens
            .issue(account.id, id, account.session_epoch, visit.now)?,
        expires_in: ACCESS,
        is_limited,
        user: oneself(tx.conn(), &visit.ctx.keys, account.id)?,
        time_zone: settings::get(tx.conn(), BusinessTimeZone)?.to_string(),
    };
    Ok(Opened {
        granted,
        id: family,
        refresh,
        expires_at,
    })
}

/// Somebody, as they see themselves.
fn oneself(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<User> {
    let me = (Seen::Own(Owner::Person(id)), Life::Living);
    let row = users::query::find(conn, id, me)?;
    users::rules::open(conn, keys, &row, false)
}

/// A session ends when it was not used for so long, and at the latest after ninety days.
fn ends_at(began: DateTime<Utc>, now: DateTime<Utc>, idle: TimeDelta) -> DateTime<Utc> {
    (now + idle).min(began + LONGEST)
}

fn is_race(row: &Row, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.rotated_at.is_some_and(|rotated| now - rotated <= RACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_at_the_latest_after_ninety_days() {
        let began = DateTime::UNIX_EPOCH;
        for (age, left) in [(0, 14), (10, 14), (76, 14), (80, 10), (89, 1)] {
            let now = began + TimeDelta::days(age);
            assert_eq!(
                (ends_at(began, now, TimeDelta::days(14)) - now).num_days(),
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
            confirmed_at: None,
        };
        assert!(is_race(&row(Some(0), false), now) && is_race(&row(Some(10), false), now));
        assert!(
            !is_race(&row(Some(11), false), now)
                && !is_race(&row(None, false), now)
                && !is_race(&row(Some(0), true), now)
        );
    }
}
