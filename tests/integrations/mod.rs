//! Providers and their offers.

mod addresses;
mod catalog_sync;
mod connections;
mod offers;
mod provider_webhooks;
mod providers;
mod simulated;
mod twilio;
