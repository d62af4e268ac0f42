//! Orders and the money they bring.

pub mod disputes;
pub mod orders;
pub mod reconciliation;
pub mod refunds;
pub mod transactions;
