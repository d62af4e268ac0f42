//! Authenticating again within a session. As at sign-in, the attempt is counted first, the password is checked with no
//! transaction open, and then the result is applied.

use super::{
    RequestContext,
    rules::{Attempt, mfa::wrong_code},
};
use crate::sessions::{
    query::Account,
    rules::active::{self, Proof},
};
use platform::{Caller, Error, NoContent, RequestInfo, Result, auth::verify_password};
use wire::{accounts::sessions::ConfirmIdentity, permission::needs::SessionsOwn};

/// A counted attempt of a signed-in user to authenticate again.
#[derive(Clone)]
pub struct ProofAttempt {
    pub context: RequestContext,
    pub attempt: Attempt,
    pub account: Account,
}

impl ProofAttempt {
    /// Counts the attempt.
    pub async fn count(caller: &Caller<SessionsOwn>, request: RequestInfo) -> Result<Self> {
        let context = RequestContext::new(caller.ctx(), request);
        let context_in_tx = context.clone();
        let (attempt, account) = caller
            .write(move |tx, actor| active::count_proof_attempt(tx, &context_in_tx, actor))
            .await?;
        Ok(Self {
            context,
            attempt,
            account,
        })
    }

    /// Returns whether this is the password of the user.
    pub async fn password_matches(&self, password: String) -> Result<bool> {
        verify_password(password, Some(self.account.password_hash.clone())).await
    }
}

/// Confirms the session of the request with a password or a code.
pub async fn confirm(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    body: ConfirmIdentity,
) -> Result<NoContent> {
    let attempted = ProofAttempt::count(caller, request).await?;
    let (proof, error) = match (body.password, body.code) {
        (Some(password), _) => (
            Proof::Password(attempted.password_matches(password).await?),
            wrong_password("password"),
        ),
        (None, code) => (Proof::Code(code.unwrap_or_default()), wrong_code()),
    };
    let is_valid = caller
        .write(move |tx, actor| {
            let ProofAttempt {
                context,
                attempt,
                account,
            } = &attempted;
            let is_valid = active::verify_proof(tx, context, actor, attempt, account, &proof)?;
            if is_valid {
                active::confirm(tx, context, actor)?;
            }
            Ok(is_valid)
        })
        .await?;
    if is_valid { Ok(NoContent) } else { Err(error) }
}

/// Returns the error for a wrong password.
pub fn wrong_password(field: &str) -> Error {
    Error::field(field, "wrong", "This is not your password.")
}
