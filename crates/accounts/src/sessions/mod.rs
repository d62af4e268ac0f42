//! Sign-in and sessions. A session is a family of refresh tokens, one of which is valid: each use exchanges it for the next
//! one, and the reuse of an old token ends the family.
//!
//! The table has one row per refresh token. An access token names the row that it was issued with, and is valid until that row
//! is revoked. Callers see the id of the family, which stays the same.
//!
//! A user signs in with a password and, if enrolled, a second factor. Staff need a second factor except in development: without
//! one, their sessions can only set one up.

mod bootstrap;
pub mod jobs;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;
mod terminal;

pub use bootstrap::bootstrap;
pub(crate) use rules::email_change::handle_email_change;
pub use terminal::{create_password_link, set_password};

use platform::{Result, Tx};
use wire::UserId;

/// Emails a user a link to choose the first password, after this transaction is committed.
pub fn invite(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    platform::jobs::enqueue(tx, &jobs::SendPasswordLink::invited(user))
}

/// Ends every session of a user. Access tokens fail from the next request on. `why` is stored with the sessions; the caller
/// records the audit entry of the action that caused it.
pub fn end_all(tx: &mut Tx<'_>, user: UserId, why: &str) -> Result<usize> {
    query::lock_account(tx, user)?;
    query::end_all(tx, user, None, why)
}
