//! Acts that ask who somebody is anew: `Confirmed<UsersRoles>` in a handler's signature is the check.

use super::{Actor, Caller};
use crate::error::{Error, Result};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{DateTime, TimeDelta, Utc};
use std::{future::Ready, ops::Deref};
use wire::{Permission, ProblemCode, permission::Needs};

/// How long a confirmation holds.
pub const CONFIRMED_FOR: TimeDelta = TimeDelta::minutes(15);

/// How a session stands: whether it is limited to setting up a second factor, and when its owner last proved who
/// they are.
pub(super) type Standing = (bool, Option<DateTime<Utc>>);

/// A caller who has also proven within the last quarter of an hour that it is them, by password or code. A stolen
/// session alone does not open what asks for this; an API key never does.
pub struct Confirmed<P>(Caller<P>);

impl<P> Deref for Confirmed<P> {
    type Target = Caller<P>;
    fn deref(&self) -> &Caller<P> {
        &self.0
    }
}

impl<P: Needs> FromRequest for Confirmed<P> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Caller::read_from(request, StepUp::Everybody).map(Self))
    }
}

/// A caller who, if it is a person, has confirmed who they are within the last 15 minutes. An API key has no step-up and
/// needs its scope alone: for actions that a person approves afterwards.
pub struct ConfirmedPerson<P>(Caller<P>);

impl<P> Deref for ConfirmedPerson<P> {
    type Target = Caller<P>;
    fn deref(&self) -> &Caller<P> {
        &self.0
    }
}

impl<P: Needs> FromRequest for ConfirmedPerson<P> {
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
    Everybody,
}

/// A limited session does nothing but look after itself.
pub(super) fn may_act((is_limited, _): Standing, permission: Permission) -> Result<()> {
    if is_limited && permission != Permission::SessionsOwn {
        return Err(Error::because(
            ProblemCode::EnrolmentRequired,
            "Members of the staff need a second factor: set it up, then go on.",
        ));
    }
    Ok(())
}

/// A program cannot prove who it is, so its key does not open what asks for that.
pub(super) fn by_key(actor: Actor, step_up: StepUp) -> Result<Actor> {
    if step_up == StepUp::Everybody {
        return Err(Error::because(
            ProblemCode::Forbidden,
            "This asks a person to confirm who they are; a key cannot.",
        ));
    }
    Ok(actor)
}

/// Whether they have proven of late that it is them.
pub(super) fn is_fresh((_, confirmed_at): Standing, now: DateTime<Utc>) -> Result<()> {
    require(confirmed_at.is_some_and(|at| now - at <= CONFIRMED_FOR))
}

/// Returns the error of [`stale`] for a caller without a recent confirmation.
pub(super) fn require(is_confirmed: bool) -> Result<()> {
    if is_confirmed {
        return Ok(());
    }
    Err(stale())
}

/// Builds the answer for a caller who must confirm who they are.
pub(super) fn stale() -> Error {
    Error::because(
        ProblemCode::ConfirmationRequired,
        "Confirm with your password or a code at POST /v1/sessions/confirm, then try again. It holds for 15 minutes.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_holds_for_a_quarter_of_an_hour() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let fresh = |ago: Option<i64>| {
            is_fresh(
                (false, ago.map(|seconds| now - TimeDelta::seconds(seconds))),
                now,
            )
            .is_ok()
        };
        assert_eq!(
            [Some(0), Some(900), Some(901), None].map(fresh),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_limited_session_looks_after_itself_only() {
        for &permission in Permission::ALL {
            let own = permission == Permission::SessionsOwn;
            assert!(may_act((false, None), permission).is_ok());
            assert_eq!(
                may_act((true, None), permission).is_ok(),
                own,
                "{permission}"
            );
        }
    }
}
