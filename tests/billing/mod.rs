//! Orders and the money that they bring, up to a real gateway's door.

pub mod checkout;
mod currencies;
mod disputes;
mod elsewhere;
mod emails;
mod gateway_checks;
mod invoices;
mod order_money;
mod payments;
mod races;
mod received;
mod reconciliation;
mod recorded;
pub mod refunds;
mod reservations;
mod scripts;
pub mod stripe;
mod transactions;
mod webhooks;
