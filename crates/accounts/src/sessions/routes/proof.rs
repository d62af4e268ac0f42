//! Proving anew who one is. The try is counted first, the password is looked at with no transaction open, and then
//! it is decided: as at the door.

use super::{
    Visit,
    rules::{Attempt, factor::wrong_code},
};
use crate::sessions::{
    query::Account,
    rules::living::{self, Proof},
};
use platform::{Caller, Done, Error, RequestInfo, Result, auth::verify_password};
use wire::{accounts::sessions::Confirm, permission::needs::SessionsOwn};

/// A try of somebody who is signed in: when and where, what it is counted by, and whose it is.
pub struct Try {
    pub visit: Visit,
    pub attempt: Attempt,
    pub account: Account,
}

impl Try {
    /// Counts it.
    pub async fn begin(caller: &Caller<SessionsOwn>, request: RequestInfo) -> Result<Self> {
        let visit = Visit::new(caller.ctx(), request);
        let door = visit.clone();
        let (attempt, account) = caller
            .write(move |tx, actor| living::try_anew(tx, &door, actor))
            .await?;
        Ok(Self {
            visit,
            attempt,
            account,
        })
    }

    /// Whether this is their password.
    pub async fn fits(&self, password: String) -> Result<bool> {
        verify_password(password, Some(self.account.password_hash.clone())).await
    }
}

/// Confirms the session that asks, by either proof.
pub async fn confirm(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    by: Confirm,
) -> Result<Done> {
    let tried = Try::begin(caller, request).await?;
    let (proof, refusal) = match (by.password, by.code) {
        (Some(password), _) => (
            Proof::Password(tried.fits(password).await?),
            wrong_password("password"),
        ),
        (None, code) => (Proof::Code(code.unwrap_or_default()), wrong_code()),
    };
    let holds = caller
        .write(move |tx, actor| {
            let Try {
                visit,
                attempt,
                account,
            } = &tried;
            let holds = living::holds(tx, visit, actor, (attempt, account, &proof))?;
            if holds {
                living::confirm(tx, visit, actor)?;
            }
            Ok(holds)
        })
        .await?;
    if holds { Ok(Done) } else { Err(refusal) }
}

/// What a password that is not theirs is answered with.
pub fn wrong_password(field: &str) -> Error {
    Error::field(field, "wrong", "This is not your password.")
}
