//! Orders and the money that they bring, up to a real gateway's door.

pub mod checkout;
mod payments;
mod reconciliation;
mod recorded;
pub mod refunds;
mod disputes;
mod invoices;
mod stripe;
mod transactions;
mod webhooks;
