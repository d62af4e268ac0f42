//! The dashboard: the figures of a range of days beside those of an earlier range.

mod query;
pub(crate) mod routes;
mod rules;
