//! Global search, the dashboard and reports.

mod analytics;
mod dashboard;
mod ledger;
mod rates;
mod reports;
mod search;
