//! Orders and the money they bring.

pub mod orders;
pub mod transactions;
