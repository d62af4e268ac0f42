//! Plans, prices, promotions and price lists.

mod csv_import;
mod import;
mod plans;
mod plans_terms;
mod price_lists;
mod pricing;
mod pricing_changes;
mod pricing_windows;
pub mod promotions;
