//! Providers of eSIMs and other external services.

pub mod allocations;
pub mod providers;
pub mod routing;
pub mod twilio;
pub mod webhooks;
