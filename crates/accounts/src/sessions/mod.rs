//! Signing in. A session is a family of refresh tokens, of which one is in force: it is exchanged for the next
//! with every use, and showing an old one ends the family.
//!
//! There is one row per refresh token. Access tokens name the row they were made with, and live as long as
//! nobody has ended it; callers see the family's id, which stays the same.
//!
//! Who one is, is proven by a password and, where there is one, a second factor. Members of the staff need one but
//! in development: without it their sessions are limited to setting it up.

mod bootstrap;
pub mod jobs;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;
mod terminal;

pub use bootstrap::bootstrap;
pub(crate) use rules::{email_change::email_changed, told};
pub use terminal::{make_link, set_password};

use platform::{Result, Tx};
use wire::UserId;

/// Sends somebody a link to choose their first password, once this transaction is committed.
pub fn invite(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    platform::jobs::enqueue(tx, &jobs::SendPasswordLink::invited(user))
}

/// Ends every session of somebody, from their next request on. `why` is kept with the sessions; the act that they
/// end because of is for its own rule to record.
pub fn end_all(tx: &mut Tx<'_>, user: UserId, why: &str) -> Result<usize> {
    query::hold(tx, user)?;
    query::end_all(tx, user, (None, why))
}
