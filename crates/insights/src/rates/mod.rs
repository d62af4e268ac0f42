//! Exchange rates: entered or imported, and chosen for the days of reports.

mod csv_import;
mod query;
pub(crate) mod routes;
mod rules;

pub use rules::{ChosenRate, RateTable, UsedRate, freeze, table};
