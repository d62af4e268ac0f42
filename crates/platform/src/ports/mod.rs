//! The outside world, as traits: each with a real adapter and a stand-in. Called from jobs only.

pub mod files;
pub mod mailer;
pub mod payments;
pub mod supplier;

use std::sync::Arc;
use wire::integrations::providers::Adapter;

/// Everything outside.
#[derive(Clone)]
pub struct Ports {
    /// Sends mail; `None` leaves it in the outbox.
    pub mailer: Option<Arc<dyn mailer::Mailer>>,
    /// Takes payments.
    pub payments: Arc<dyn payments::PaymentGateway>,
    /// Supplies eSIMs, by the provider's adapter.
    pub suppliers: Suppliers,
    /// Keeps files.
    pub files: files::Files,
}

/// Finds the code that talks to a provider.
pub type Suppliers = Arc<dyn Fn(Adapter) -> Arc<dyn supplier::Supplier> + Send + Sync>;
