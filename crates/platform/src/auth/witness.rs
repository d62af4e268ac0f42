//! The confirmed caller of a request, for the middleware that records refusals and reads after the answer.

use actix_web::{HttpMessage, HttpRequest};
use std::sync::{Arc, OnceLock};
use wire::{ApiClientId, UserId, accounts::users::UserRole};

/// A caller that the database has confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmee {
    /// The person.
    pub person: Option<UserId>,
    /// The integrator's client.
    pub client: Option<ApiClientId>,
    /// The person's role.
    pub role: Option<UserRole>,
}

/// Holds the caller of a request once the database has confirmed them.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<OnceLock<Confirmee>>);

impl Witness {
    /// Returns the witness of a request, which all extractors of the request share.
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(known) = request.extensions().get::<Self>() {
            return known.clone();
        }
        let witness = Self::default();
        request.extensions_mut().insert(witness.clone());
        witness
    }

    /// Stores the confirmed caller.
    pub(super) fn note(&self, who: Confirmee) {
        // A request has one caller: a second call stores the same.
        let _ = self.0.set(who);
    }

    /// Returns the caller, if the database has confirmed one.
    pub fn seen(&self) -> Option<Confirmee> {
        self.0.get().copied()
    }
}
