//! The messages of tickets: replies, internal notes, attached files, and tickets that are merged or split.
//!
//! Customers never see internal notes: the queries of customers and API clients leave them out.

pub(crate) mod files;
pub mod jobs;
mod links;
mod query;
pub(crate) mod routes;
mod rules;

pub(crate) use query::insert_attachment;
pub(crate) use rules::{Incoming, Reply, note, receive, reply};
