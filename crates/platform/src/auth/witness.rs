//! Who was confirmed during a request, for what is done once it is answered: noting refusals and reads.

use actix_web::{HttpMessage, HttpRequest};
use std::sync::{Arc, OnceLock};
use wire::{ApiClientId, UserId, accounts::users::UserRole};

/// Somebody whom the database has confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmee {
    /// The person.
    pub person: Option<UserId>,
    /// The integrator's client.
    pub client: Option<ApiClientId>,
    /// The person's role.
    pub role: Option<UserRole>,
}

/// Where a request's caller is noted once the database has confirmed them.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<OnceLock<Confirmee>>);

impl Witness {
    /// The witness of a request; every extractor of the request shares it.
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(known) = request.extensions().get::<Self>() {
            return known.clone();
        }
        let witness = Self::default();
        request.extensions_mut().insert(witness.clone());
        witness
    }

    /// Notes who it is.
    pub(super) fn note(&self, who: Confirmee) {
        // The first word counts; the same request has one caller.
        let _ = self.0.set(who);
    }

    /// Who it is, if they were confirmed.
    pub fn seen(&self) -> Option<Confirmee> {
        self.0.get().copied()
    }
}
