//! The system itself.

mod audit;
mod upkeep;
