//! Search, analytics and reports.

pub mod analytics;
pub mod reports;
pub mod search;
