//! The system itself.

mod audit;
mod upkeep;
mod views;
