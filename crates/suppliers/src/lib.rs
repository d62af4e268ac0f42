//! Providers of eSIMs: the interface that the product uses, and an adapter for each provider's API.
//!
//! `docs/adapters.md` describes how to write an adapter.

pub mod airalo;
pub mod esim_access;
pub mod esim_go;
pub mod http;
pub mod json;
pub mod port;
pub mod registry;
pub mod signature;
pub mod simulator;
#[cfg(any(test, feature = "stand-in"))]
pub mod stand_in;
pub mod super_sim;
pub mod text;

pub use json::Json;
pub use port::*;
pub use registry::Registry;
pub use simulator::Simulator;

use std::sync::Arc;
use wire::integrations::providers::ProviderAdapter;

/// Returns the client of a provider's API, by its adapter; `None` for an adapter that this server does not have.
pub type Suppliers = Arc<dyn Fn(ProviderAdapter) -> Option<Arc<dyn Supplier>> + Send + Sync>;
