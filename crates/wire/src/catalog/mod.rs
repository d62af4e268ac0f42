//! Plans, prices, promotions and price lists.

pub mod plans;
pub mod price_lists;
pub mod pricing;
pub mod promotions;
