//! What is sold, and for how much.

mod import;
mod plans;
mod plans_syncs;
mod plans_terms;
mod pricing;
mod pricing_changes;
pub mod promotions;
