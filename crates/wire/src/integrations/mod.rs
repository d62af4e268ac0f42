//! Those who supply us, and what was asked of them.

pub mod allocations;
pub mod providers;
pub mod twilio;
pub mod webhooks;
