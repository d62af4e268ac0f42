//! Notifications of staff in the panel: assigned tickets, mentions and missed service levels.

mod query;
mod rules;

pub use rules::{Breach, Subject, assigned, breached, mentioned};
