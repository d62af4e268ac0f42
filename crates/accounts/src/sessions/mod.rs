//! Signing in. A session is a family of refresh tokens, of which one is in force: it is exchanged for the next
//! with every use, and showing an old one ends the family.
//!
//! There is one row per refresh token. Access tokens name the row they were made with, and live as long as
//! nobody has ended it; callers see the family's id, which stays the same.

mod bootstrap;
pub mod jobs;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;

pub use bootstrap::bootstrap;
