//! Complete flows, from the first request to the last job.

pub mod crash;
mod deferred_topup;
pub mod erase;
mod failed_orders;
pub mod failover;
mod faults;
pub mod idempotency;
mod lifecycle;
pub mod payment;
pub mod purchase;
mod routing;
mod topup;
