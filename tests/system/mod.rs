//! The system itself.

mod audit;
mod keys;
mod settings;
mod tamper;
mod upkeep;
mod views;
