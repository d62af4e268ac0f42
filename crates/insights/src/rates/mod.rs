//! Exchange rates: entered or imported, and chosen for the days of reports.

mod import;
mod query;
pub(crate) mod routes;
mod rules;

pub use rules::{ChosenRate, RateTable, freeze, table};
