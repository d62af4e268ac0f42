//! The outbox: a letter is written in the transaction of what it tells of, and sent afterwards by a job. What it
//! says and where it goes is sealed; whoever looks sees both masked.

pub mod jobs;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;
mod signature;

pub use rules::{Letter, notify, notify_at};
