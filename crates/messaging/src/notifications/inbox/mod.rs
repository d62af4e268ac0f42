//! The notifications of staff in the panel: rows of the outbox that are shown to their recipient and not sent.

mod query;
pub(crate) mod routes;
mod rules;

pub use rules::{InboxMessage, notify};
