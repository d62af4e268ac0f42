//! What happened, counted.

pub mod analytics;
pub mod reports;
pub mod search;
