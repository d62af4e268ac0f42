//! Orders, payments, refunds and invoices.

pub mod checkout;
mod currencies;
mod disputes;
mod emails;
mod external_refunds;
mod gateway_checks;
mod invoices;
mod manual_payments;
mod order_money;
mod payments;
mod races;
mod reconciliation;
pub mod refunds;
mod reservations;
mod scripts;
pub mod stripe;
mod transactions;
mod webhooks;
mod wrong_amounts;
