//! Search, dashboard, analytics and reports.

pub mod analytics;
pub mod dashboard;
pub mod rates;
pub mod reports;
pub mod search;
