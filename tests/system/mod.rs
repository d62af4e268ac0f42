//! Audit log, settings, keys, jobs and views.

mod access_log;
mod audit;
mod keys;
mod leases;
mod maintenance;
mod operators;
mod refusals;
mod settings;
mod tamper;
mod views;
