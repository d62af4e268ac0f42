//! Rules for new tickets: when a ticket arrives by a channel or contains a word, assign it, tag it or set its priority.

mod query;
pub(crate) mod routes;
mod rules;

pub use rules::{Subject, apply};
