//! The outbox. An email is queued in the transaction of the change that it reports, and a job sends it after the commit.
//! Its text and its address are sealed; the panel and the API show both masked.

pub mod inbox;
pub mod jobs;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;

pub use rules::{EmailMessage, notify, notify_address, notify_in_thread};
