//! The ports to external services, as traits: each has a real adapter and a simulator. Only jobs call them.

pub mod files;
pub mod mailer;
pub mod payments;

use std::sync::Arc;

/// The external services.
#[derive(Clone)]
pub struct Ports {
    /// Sends email; `None` leaves messages in the outbox.
    pub mailer: Option<Arc<dyn mailer::Mailer>>,
    /// Takes payments.
    pub payments: Arc<dyn payments::PaymentGateway>,
    /// Supplies eSIMs, by the adapter of the provider.
    pub suppliers: suppliers::Suppliers,
    /// Stores files.
    pub files: files::Files,
}
