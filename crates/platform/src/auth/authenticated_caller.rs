//! The authenticated caller of a request, for the middleware that records refusals and reads after the response.

use actix_web::{HttpMessage, HttpRequest};
use std::sync::{Arc, OnceLock};
use wire::{ApiClientId, UserId, accounts::users::UserRole};

/// A caller that the database has confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthenticatedCaller {
    /// The person.
    pub person: Option<UserId>,
    /// The API client.
    pub client: Option<ApiClientId>,
    /// The person's role.
    pub role: Option<UserRole>,
}

/// Holds the caller of a request once the database has confirmed them.
#[derive(Debug, Clone, Default)]
pub struct CallerSlot(Arc<OnceLock<AuthenticatedCaller>>);

impl CallerSlot {
    /// Returns the slot of a request, which all extractors of the request share.
    pub fn in_request(request: &HttpRequest) -> Self {
        if let Some(known) = request.extensions().get::<Self>() {
            return known.clone();
        }
        let slot = Self::default();
        request.extensions_mut().insert(slot.clone());
        slot
    }

    /// Stores the confirmed caller.
    pub(super) fn set(&self, caller: AuthenticatedCaller) {
        // A request has one caller: a second call stores the same.
        let _ = self.0.set(caller);
    }

    /// Returns the caller, if the database has confirmed one.
    pub fn get(&self) -> Option<AuthenticatedCaller> {
        self.0.get().copied()
    }
}
