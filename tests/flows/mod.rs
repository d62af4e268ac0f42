//! Whole flows, from the first request to the last job.

pub mod crash;
pub mod erase;
pub mod failover;
pub mod once;
pub mod payment;
pub mod purchase;
mod topup;
