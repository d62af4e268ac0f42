//! Providers of eSIMs and other external services.

pub mod allocations;
pub mod providers;
pub mod twilio;
pub mod webhooks;
