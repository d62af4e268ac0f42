//! Orders and the money they bring.

pub mod orders;
pub mod refunds;
pub mod transactions;
