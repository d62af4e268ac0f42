//! Step-up authentication: `RecentlyAuthenticated<UsersRoles>` in a handler's signature requires a recent confirmation.

use super::{Actor, Caller};
use crate::error::{Error, Result};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::Queryable;
use std::{future::Ready, ops::Deref};
use wire::{Permission, ProblemCode, permission::Needs};

/// How long a confirmation is valid.
pub const CONFIRMED_FOR: TimeDelta = TimeDelta::minutes(15);

/// The state of a session that decides about step-up.
#[derive(Debug, Clone, Copy, Queryable)]
pub(super) struct SessionState {
    /// Whether the session can only set up two-factor authentication.
    pub is_limited: bool,
    /// The last time when the user confirmed their identity.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// A caller who has confirmed their identity by password or code within the last 15 minutes. A stolen session alone does
/// not satisfy this requirement, and an API key never does.
pub struct RecentlyAuthenticated<P>(Caller<P>);

impl<P> Deref for RecentlyAuthenticated<P> {
    type Target = Caller<P>;
    fn deref(&self) -> &Caller<P> {
        &self.0
    }
}

impl<P: Needs> FromRequest for RecentlyAuthenticated<P> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Caller::read_from(request, StepUp::AllCallers).map(Self))
    }
}

/// A caller who, if it is a person, has confirmed who they are within the last 15 minutes. An API key has no step-up and
/// needs its scope alone: for actions that a person approves afterwards.
pub struct RecentlyAuthenticatedPerson<P>(Caller<P>);

impl<P> Deref for RecentlyAuthenticatedPerson<P> {
    type Target = Caller<P>;
    fn deref(&self) -> &Caller<P> {
        &self.0
    }
}

impl<P: Needs> FromRequest for RecentlyAuthenticatedPerson<P> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Caller::read_from(request, StepUp::People).map(Self))
    }
}

/// The callers who must have confirmed who they are within the last 15 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepUp {
    /// No caller.
    None,
    /// People; API keys pass.
    People,
    /// Every caller; API keys are refused.
    AllCallers,
}

/// Refuses a limited session every operation except those on the user's own sessions.
pub(super) fn check_not_limited(session: SessionState, permission: Permission) -> Result<()> {
    if session.is_limited && permission != Permission::SessionsOwn {
        return Err(Error::with_detail(
            ProblemCode::EnrolmentRequired,
            "Staff members need two-factor authentication: set it up first.",
        ));
    }
    Ok(())
}

/// Refuses an API key where every caller needs a recent confirmation: a program cannot confirm its identity.
pub(super) fn check_api_key(actor: Actor, step_up: StepUp) -> Result<Actor> {
    if step_up == StepUp::AllCallers {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "This needs a person who confirms their identity; an API key cannot.",
        ));
    }
    Ok(actor)
}

/// Refuses a session without a confirmation within [`CONFIRMED_FOR`].
pub(super) fn check_recent(session: SessionState, now: DateTime<Utc>) -> Result<()> {
    require(
        session
            .confirmed_at
            .is_some_and(|at| now - at <= CONFIRMED_FOR),
    )
}

/// Returns the error of [`confirmation_required`] for a caller without a recent confirmation.
pub(super) fn require(is_confirmed: bool) -> Result<()> {
    if is_confirmed {
        return Ok(());
    }
    Err(confirmation_required())
}

/// Builds the error for a caller who must confirm who they are.
pub(super) fn confirmation_required() -> Error {
    Error::with_detail(
        ProblemCode::ConfirmationRequired,
        "Confirm with your password or a code at POST /v1/sessions/confirm, then try again. It holds for 15 minutes.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confirmation_is_valid_for_15_minutes() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let is_recent = |ago: Option<i64>| {
            let session = SessionState {
                is_limited: false,
                confirmed_at: ago.map(|seconds| now - TimeDelta::seconds(seconds)),
            };
            check_recent(session, now).is_ok()
        };
        assert_eq!(
            [Some(0), Some(900), Some(901), None].map(is_recent),
            [true, true, false, false]
        );
    }

    #[test]
    fn limited_session_can_only_manage_itself() {
        let session = |is_limited| SessionState {
            is_limited,
            confirmed_at: None,
        };
        for &permission in Permission::ALL {
            let own = permission == Permission::SessionsOwn;
            assert!(check_not_limited(session(false), permission).is_ok());
            assert_eq!(
                check_not_limited(session(true), permission).is_ok(),
                own,
                "{permission}"
            );
        }
    }
}
