//! The assignment of an eSIM to another customer.

mod query;
pub(crate) mod routes;
mod rules;
