//! Who is signed in. The access token lives in memory only; the browser keeps the refresh cookie, which no script reads.

use crate::api::{Call, Fault, renew, send};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wire::{
    Permission, ProblemCode, Reach,
    accounts::{
        sessions::{Granted, NewSession},
        users::User,
    },
};

/// What is known about who sits there.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The refresh cookie is being tried.
    Restoring,
    /// Nobody.
    Out,
    /// A member of the staff who has to set up a second factor before anything else.
    Limited(Box<User>),
    /// A member of the staff.
    In(Box<User>),
}

thread_local! {
    static STATE: ArcRwSignal<State> = ArcRwSignal::new(State::Restoring);
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    static LAPSED: Cell<bool> = const { Cell::new(false) };
}

fn signal() -> ArcRwSignal<State> {
    STATE.with(Clone::clone)
}

/// What is known, as a view may read it.
pub fn state() -> State {
    signal().get()
}

/// Who is signed in, as a view may read it.
pub fn user() -> Option<User> {
    signal().with(|state| match state {
        State::In(user) | State::Limited(user) => Some(User::clone(user)),
        _ => None,
    })
}

/// Whether whoever is signed in may do this, to all or to their own.
pub fn can(permission: Permission) -> bool {
    signal().with(|state| match state {
        State::In(user) => permission.reach(user.role) != Reach::None,
        State::Limited(_) => permission == Permission::SessionsOwn,
        _ => false,
    })
}

/// Nothing is known yet.
pub(crate) fn begin() {
    TOKEN.take();
    signal().set(State::Restoring);
}

/// Tries the refresh cookie. To be called once, when the panel starts.
pub async fn restore() {
    // Offline or signed out, the answer is the same: show the sign-in.
    if renew().await.is_err() {
        end();
    }
}

/// Signs in, or says why not.
pub async fn sign_in(who: &NewSession) -> Result<(), Fault> {
    let granted: Granted = send(Call::post("/v1/sessions").json(who).as_nobody())
        .await?
        .json()
        .await?;
    let is_staff = granted.user.role.is_staff();
    let outcome = take(granted);
    if !is_staff {
        let _ = send(Call::delete("/v1/sessions/current")).await;
        end();
    }
    outcome
}

/// Tells whether a user is signed in, as far as the panel knows.
pub(crate) fn is_in() -> bool {
    signal().with_untracked(|state| matches!(state, State::In(_)))
}

/// Ends a session that the user did not sign out of. The sign-in page reports it.
pub(crate) fn lapse() {
    LAPSED.set(LAPSED.get() || is_in());
    end();
}

/// Tells once whether the last session ended without a sign-out.
pub(crate) fn has_lapsed() -> bool {
    LAPSED.take()
}

/// Signs out here and on the server.
pub async fn sign_out() {
    crate::guard::release();
    // A user can sign out even when the server cannot be reached.
    let _ = send(Call::delete("/v1/sessions/current")).await;
    end();
    LAPSED.set(false);
}

pub(crate) fn token() -> Option<String> {
    TOKEN.with_borrow(Clone::clone)
}

/// The server does nothing more until they have a second factor.
pub(crate) fn limit() {
    if let State::In(user) = signal().get_untracked() {
        signal().set(State::Limited(user));
    }
}

/// They have set up their second factor: everything is open.
pub fn lift() {
    if let State::Limited(user) = signal().get_untracked() {
        signal().set(State::In(user));
    }
}

/// Begins or prolongs a session. The panel is for the staff: anybody else is refused.
pub(crate) fn take(granted: Granted) -> Result<(), Fault> {
    TOKEN.set(Some(granted.access_token));
    crate::format::set_zone(&granted.time_zone);
    if !granted.user.role.is_staff() {
        return Err(Fault::made(ProblemCode::Forbidden, String::new()));
    }
    let user = Box::new(granted.user);
    let next = if granted.is_limited {
        State::Limited(user)
    } else {
        State::In(user)
    };
    if signal().with_untracked(|state| !goes_on(state, &next)) {
        signal().set(next);
    }
    Ok(())
}

/// Tells whether the same user continues with the same permissions. The panel then keeps the screen, which may hold
/// unsaved work. A new time of the last sign-in does not count as a change.
fn goes_on(before: &State, next: &State) -> bool {
    fn known(user: &User) -> User {
        User {
            last_login: None,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            version: 0,
            ..user.clone()
        }
    }
    match (before, next) {
        (State::In(before), State::In(next)) => known(before) == known(next),
        (State::Limited(before), State::Limited(next)) => known(before) == known(next),
        _ => before == next,
    }
}

/// Forgets who was signed in.
pub(crate) fn end() {
    TOKEN.take();
    if signal().with_untracked(|state| *state != State::Out) {
        signal().set(State::Out);
    }
}
