//! Rules for starting, extending and ending sessions.

pub mod active;
mod device;
pub mod email;
pub mod email_change;
pub mod invitations;
pub mod mfa;
pub mod passwords;
mod throttle;

pub use throttle::{Attempt, reset_account};

use super::query::{self, Account, NewSessionRow, SessionRow, mfa as mfa_query};
use crate::users::{
    self,
    query::{Deleted, Visibility},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Ctx, Owner, RequestInfo, Result, Tx,
    audit::{self, AuditEvent},
    auth::random_token,
    crypto::{Keyring, digest},
    settings::{self, BusinessTimeZone, SessionIdleDays},
};
use wire::{
    ApiClientId, Reach, SessionId, UserId,
    accounts::{
        sessions::TokenResponse,
        users::{User, UserStatus},
    },
    system::audit::{AuditAction, Auditable},
};

/// The maximum age of a session.
const MAX_AGE: TimeDelta = TimeDelta::days(90);
/// Two tabs may send the same token within this time; a later reuse means that the token was stolen.
const RACE_WINDOW: TimeDelta = TimeDelta::seconds(10);
/// The lifetime of an access token, in seconds.
const ACCESS_SECONDS: i64 = 600;

/// The context of a sign-in or session request: the application, the request and the time.
#[derive(Clone)]
pub struct RequestContext {
    pub ctx: Ctx,
    pub request: RequestInfo,
    pub now: DateTime<Utc>,
    /// The device cookie, if the browser sent one with our signature.
    pub device: Option<String>,
}

/// A started or extended session: the response for its owner, and the refresh token for the cookie.
pub struct IssuedSession {
    pub response: TokenResponse,
    pub id: SessionId,
    pub refresh_token: String,
    pub expires_at: DateTime<Utc>,
}

/// The outcome of a sign-in.
pub enum SignInOutcome {
    /// The user is signed in.
    SignedIn(Box<IssuedSession>),
    /// The account is unknown or not active, or the password is wrong. The response does not tell which.
    WrongCredentials,
    /// The password is right, and a code of the second factor is required.
    NeedsCode {
        /// Whether the request had a wrong code.
        was_wrong: bool,
    },
}

/// The outcome of sending a refresh token.
pub enum RefreshOutcome {
    /// The session has a new token.
    Extended(Box<IssuedSession>),
    /// Another tab sent the same token moments before.
    Raced,
    /// The session has ended or never existed.
    Ended,
}

impl RequestContext {
    /// Returns the context of a request at the current time.
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

    /// Returns the actor of the request: the account, or an anonymous caller.
    fn actor(&self, account: Option<&Account>) -> Actor {
        Actor {
            id: account.map(|account| account.id),
            client: None,
            role: account.map(|account| account.role),
            session: None,
            reach: Reach::Own,
            is_confirmed: false,
            request: self.request.clone(),
            keys: self.ctx.keys.clone(),
        }
    }
}

/// Counts a sign-in attempt, and finds its account.
pub fn count_attempt(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    email_hash: &[u8],
    client: Option<ApiClientId>,
) -> Result<(Attempt, Option<Account>)> {
    let attempt = Attempt::count(tx, context, email_hash)?;
    let accounts = query::accounts(tx.conn(), email_hash)?;
    Ok((attempt, select_accounts(accounts, client).pop()))
}

/// Selects the account that an email address identifies: that of the named API client, else the direct one, else the only
/// one. Where several API clients have a customer with this address and none is named, it selects nothing.
pub fn select_accounts(accounts: Vec<Account>, client: Option<ApiClientId>) -> Vec<Account> {
    let is_only = accounts.len() == 1;
    accounts
        .into_iter()
        .filter(|account| match client {
            Some(_) => account.client_id == client,
            None => account.client_id.is_none() || is_only,
        })
        .collect()
}

/// What a sign-in request proved before the transaction.
pub struct SignIn<'a> {
    /// The account of the email address, if there is one.
    pub account: Option<Account>,
    /// Whether the password is that of the account.
    pub password_matches: bool,
    /// The code of the second factor, if the request has one.
    pub code: Option<&'a str>,
}

/// Starts a session if the credentials are right and the account has not changed meanwhile; otherwise records the failure.
pub fn sign_in(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    attempt: &Attempt,
    request: SignIn<'_>,
) -> Result<SignInOutcome> {
    let SignIn {
        account,
        password_matches,
        code,
    } = request;
    let user = account.as_ref().map(|account| account.id);
    let record_failure = |tx: &mut Tx<'_>| {
        let event = user.map_or_else(
            || AuditEvent::of_kind(AuditAction::SessionReject, UserId::KIND),
            |user| AuditEvent::new(AuditAction::SessionReject, user),
        );
        audit::record(tx, &context.actor(None), event)
    };
    // Read again: a suspension or a new password while the password was hashed must count.
    let current = match account.filter(|_| password_matches) {
        Some(read) => query::lock_account(tx, read.id)?
            .filter(|current| current.password_hash == read.password_hash),
        None => None,
    };
    let Some(account) = current.filter(|account| account.status == UserStatus::Active) else {
        record_failure(tx)?;
        return Ok(SignInOutcome::WrongCredentials);
    };
    if mfa_query::is_enrolled(tx.conn(), account.id)? {
        let Some(code) = code else {
            attempt.subtract(tx)?;
            return Ok(SignInOutcome::NeedsCode { was_wrong: false });
        };
        if !mfa::use_code(
            tx,
            &context.actor(Some(&account)),
            account.id,
            code,
            context.now,
        )? {
            record_failure(tx)?;
            return Ok(SignInOutcome::NeedsCode { was_wrong: true });
        }
    }
    attempt.reset_after_success(tx)?;
    query::record_sign_in(tx, account.id, context.now)?;
    throttle::remember_origin(tx, context, account.id, &account.email_hash)?;
    let family = SessionId::new();
    // Signing in counts as recent authentication.
    let issued = issue(
        tx,
        context,
        &account,
        family,
        context.now,
        Some(context.now),
    )?;
    let event = AuditEvent::new(AuditAction::SessionBegin, family);
    audit::record(tx, &context.actor(Some(&account)), event)?;
    Ok(SignInOutcome::SignedIn(Box::new(issued)))
}

/// Exchanges a refresh token for the next one. A token that was exchanged before ends its family, except within
/// [`RACE_WINDOW`], in which two tabs may send the same token.
pub fn refresh(tx: &mut Tx<'_>, context: &RequestContext, token: &str) -> Result<RefreshOutcome> {
    let hash = digest(token.as_bytes());
    let Some(known) = query::find_by_hash(tx.conn(), &hash)? else {
        return Ok(RefreshOutcome::Ended);
    };
    let account = query::lock_account(tx, known.user_id)?;
    if let Some(row) = query::rotate(tx, &hash, context.now)? {
        return extend(tx, context, account, &row);
    }
    match query::find_by_hash(tx.conn(), &hash)? {
        Some(row) if is_race(&row, context.now) => Ok(RefreshOutcome::Raced),
        Some(row) if row.rotated_at.is_some() && row.revoked_at.is_none() => {
            query::end_family(tx, row.family_id, row.user_id, "reuse", context.now)?;
            let event = AuditEvent::new(AuditAction::SessionReuse, row.family_id);
            audit::record(tx, &context.actor(None), event)?;
            Ok(RefreshOutcome::Ended)
        }
        _ => Ok(RefreshOutcome::Ended),
    }
}

fn extend(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    account: Option<Account>,
    row: &SessionRow,
) -> Result<RefreshOutcome> {
    match account.filter(|account| account.status == UserStatus::Active) {
        Some(account) => issue(
            tx,
            context,
            &account,
            row.family_id,
            row.created_at,
            row.confirmed_at,
        )
        .map(|issued| RefreshOutcome::Extended(Box::new(issued))),
        None => {
            query::end_family(tx, row.family_id, row.user_id, "account", context.now)?;
            Ok(RefreshOutcome::Ended)
        }
    }
}

/// Issues the next token of a family. `started_at` is the start of the family, `confirmed_at` the last authentication.
fn issue(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    account: &Account,
    family: SessionId,
    started_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
) -> Result<IssuedSession> {
    let idle = TimeDelta::days(settings::get(tx.conn(), SessionIdleDays)?);
    let (refresh_token, expires_at) = (random_token(), expiry(started_at, context.now, idle));
    let is_limited =
        mfa::is_required(context, account.role) && !mfa_query::is_enrolled(tx.conn(), account.id)?;
    let id = if started_at == context.now {
        family
    } else {
        SessionId::new()
    };
    query::insert(
        tx,
        &NewSessionRow {
            id,
            user_id: account.id,
            family_id: family,
            refresh_hash: digest(refresh_token.as_bytes()),
            created_at: started_at,
            last_used_at: context.now,
            expires_at,
            confirmed_at,
            is_limited,
            user_agent: context.request.user_agent.as_deref(),
            ip: context.request.ip.as_deref(),
        },
    )?;
    let response = TokenResponse {
        access_token: context.ctx.tokens.issue(
            account.id,
            id,
            account.session_epoch,
            context.now,
        )?,
        expires_in: ACCESS_SECONDS,
        is_limited,
        user: own_user(tx.conn(), &context.ctx.keys, account.id)?,
        time_zone: settings::get(tx.conn(), BusinessTimeZone)?.to_string(),
    };
    Ok(IssuedSession {
        response,
        id: family,
        refresh_token,
        expires_at,
    })
}

/// Returns a user as the user sees their own account: unmasked.
fn own_user(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<User> {
    let own = Visibility::Own(Owner::Person(id));
    let row = users::query::find(conn, id, own, Deleted::Exclude)?;
    users::rules::open(conn, keys, &row, false)
}

/// Returns when a session expires: after the idle time, and at the latest at [`MAX_AGE`].
fn expiry(started_at: DateTime<Utc>, now: DateTime<Utc>, idle: TimeDelta) -> DateTime<Utc> {
    (now + idle).min(started_at + MAX_AGE)
}

fn is_race(row: &SessionRow, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none()
        && row
            .rotated_at
            .is_some_and(|rotated| now - rotated <= RACE_WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_expires_when_idle_and_at_maximum_age() {
        let started_at = DateTime::UNIX_EPOCH;
        for (age, left) in [(0, 14), (10, 14), (76, 14), (80, 10), (89, 1)] {
            let now = started_at + TimeDelta::days(age);
            assert_eq!(
                (expiry(started_at, now, TimeDelta::days(14)) - now).num_days(),
                left,
                "after {age} days"
            );
        }
    }

    #[test]
    fn token_reuse_within_ten_seconds_is_a_race() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let row = |ago: Option<i64>, revoked: bool| SessionRow {
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
