//! eSIMs in use: active and suspended ones, with their current bundle.

mod query;
pub(crate) mod routes;
