//! Orders, payments, refunds, disputes and invoices.

pub mod disputes;
pub mod invoices;
pub mod orders;
pub mod payments;
pub mod reconciliation;
pub mod refunds;
pub mod transactions;
