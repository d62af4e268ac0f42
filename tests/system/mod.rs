//! The system itself.

mod audit;
mod keys;
mod leases;
mod operators;
mod settings;
mod tamper;
mod upkeep;
mod views;
