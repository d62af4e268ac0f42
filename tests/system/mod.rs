//! The system itself.

mod audit;
mod keys;
mod leases;
mod looks;
mod operators;
mod refusals;
mod settings;
mod tamper;
mod upkeep;
mod views;
