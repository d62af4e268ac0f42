//! What is sold, and for how much.

pub mod plans;
pub mod price_lists;
pub mod pricing;
pub mod promotions;
