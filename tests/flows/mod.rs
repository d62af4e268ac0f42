//! Whole flows, from the first request to the last job.

pub mod crash;
pub mod erase;
mod failing;
pub mod failover;
mod faults;
mod later;
pub mod once;
pub mod payment;
pub mod purchase;
mod topup;
