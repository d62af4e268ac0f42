//! The signed-in user. The access token exists in memory only; the browser keeps the refresh cookie, which no script
//! can read.

use crate::api::{ApiError, Call, renew, send};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wire::{
    Permission, ProblemCode, Reach,
    accounts::{
        sessions::{NewSession, TokenResponse},
        users::User,
    },
};

/// The state of the session.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The panel is trying the refresh cookie.
    Restoring,
    /// No user is signed in.
    Out,
    /// A member of the staff who has to set up two-factor authentication first.
    Limited(Box<User>),
    /// A signed-in member of the staff.
    In(Box<User>),
}

thread_local! {
    static STATE: ArcRwSignal<State> = ArcRwSignal::new(State::Restoring);
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    static EXPIRED: Cell<bool> = const { Cell::new(false) };
}

fn signal() -> ArcRwSignal<State> {
    STATE.with(Clone::clone)
}

/// Returns the state of the session; a view follows it.
pub fn state() -> State {
    signal().get()
}

/// Returns the signed-in user; a view follows it.
pub fn user() -> Option<User> {
    signal().with(|state| match state {
        State::In(user) | State::Limited(user) => Some(User::clone(user)),
        _ => None,
    })
}

/// Tells whether the signed-in user has a permission, for all records or for their own.
pub fn can(permission: Permission) -> bool {
    signal().with(|state| match state {
        State::In(user) => permission.reach(user.role) != Reach::None,
        State::Limited(_) => permission == Permission::SessionsOwn,
        _ => false,
    })
}

/// Resets the session to the unknown state.
pub(crate) fn begin() {
    TOKEN.take();
    signal().set(State::Restoring);
}

/// Tries the refresh cookie. The panel calls it once, when it starts.
pub async fn restore() {
    // Offline and signed out have the same effect: the panel shows the sign-in page.
    if renew().await.is_err() {
        end();
    }
}

/// Signs in.
pub async fn sign_in(who: &NewSession) -> Result<(), ApiError> {
    let response: TokenResponse = send(Call::post("/v1/sessions").json(who).anonymous())
        .await?
        .json()
        .await?;
    let is_staff = response.user.role.is_staff();
    let outcome = start(response);
    if !is_staff {
        let _ = send(Call::delete("/v1/sessions/current")).await;
        end();
    }
    outcome
}

/// Tells whether a user is signed in, as far as the panel knows.
pub(crate) fn is_signed_in() -> bool {
    signal().with_untracked(|state| matches!(state, State::In(_)))
}

/// Ends a session that the user did not sign out of. The sign-in page reports it.
pub(crate) fn expire() {
    EXPIRED.set(EXPIRED.get() || is_signed_in());
    end();
}

/// Tells once whether the last session expired.
pub(crate) fn take_expired() -> bool {
    EXPIRED.take()
}

/// Signs out here and on the server.
pub async fn sign_out() {
    crate::unsaved_changes::release();
    // A user can sign out even when the server cannot be reached.
    let _ = send(Call::delete("/v1/sessions/current")).await;
    end();
    EXPIRED.set(false);
}

pub(crate) fn token() -> Option<String> {
    TOKEN.with_borrow(Clone::clone)
}

/// Limits the session until the user has set up two-factor authentication.
pub(crate) fn require_enrolment() {
    if let State::In(user) = signal().get_untracked() {
        signal().set(State::Limited(user));
    }
}

/// Ends the limit after the user has set up two-factor authentication.
pub fn complete_enrolment() {
    if let State::Limited(user) = signal().get_untracked() {
        signal().set(State::In(user));
    }
}

/// Starts or renews a session. The panel is for the staff: it rejects every other role.
pub(crate) fn start(response: TokenResponse) -> Result<(), ApiError> {
    TOKEN.set(Some(response.access_token));
    crate::format::set_zone(&response.time_zone);
    if !response.user.role.is_staff() {
        return Err(ApiError::from_code(ProblemCode::Forbidden, String::new()));
    }
    let user = Box::new(response.user);
    let next = if response.is_limited {
        State::Limited(user)
    } else {
        State::In(user)
    };
    if signal().with_untracked(|state| !is_same_user(state, &next)) {
        signal().set(next);
    }
    Ok(())
}

/// Tells whether the same user continues with the same permissions. The panel then keeps the screen, which may hold
/// unsaved work. A new time of the last sign-in does not count as a change.
fn is_same_user(before: &State, next: &State) -> bool {
    fn comparable(user: &User) -> User {
        User {
            last_login: None,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            version: 0,
            ..user.clone()
        }
    }
    match (before, next) {
        (State::In(before), State::In(next)) => comparable(before) == comparable(next),
        (State::Limited(before), State::Limited(next)) => comparable(before) == comparable(next),
        _ => before == next,
    }
}

/// Removes the session from memory.
pub(crate) fn end() {
    TOKEN.take();
    if signal().with_untracked(|state| *state != State::Out) {
        signal().set(State::Out);
    }
}
