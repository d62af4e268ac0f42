//! The system itself.

mod access_log;
mod audit;
mod keys;
mod leases;
mod operators;
mod refusals;
mod settings;
mod tamper;
mod upkeep;
mod views;
