//! Settings: what an administrator may change of how the system works, with everything it was before.
//!
//! Which there are is part of the program, see `wire::system::settings`; they are read by `platform::settings`.

mod query;
pub(crate) mod routes;
mod rules;
