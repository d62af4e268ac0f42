//! What is sold, and for how much.

mod import;
mod plans;
mod plans_terms;
mod pricing;
pub mod promotions;
