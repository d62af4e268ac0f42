//! Settings: options of the system that an administrator can change, with the history of their values.
//!
//! `wire::system::settings` defines the settings, and `platform::settings` reads them.

mod query;
pub(crate) mod routes;
mod rules;
