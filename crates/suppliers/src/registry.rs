//! The adapters by their names.

use crate::{
    Supplier, airalo::Airalo, esim_access::EsimAccess, esim_go::EsimGo, http::Client,
    super_sim::SuperSim,
};
use std::sync::Arc;
use wire::integrations::providers::ProviderAdapter;

/// The adapters of one process. They share the limits of calls per account.
pub struct Registry {
    airalo: Arc<dyn Supplier>,
    esim_go: Arc<dyn Supplier>,
    esim_access: Arc<dyn Supplier>,
    super_sim: Arc<dyn Supplier>,
}

impl Registry {
    /// Creates the adapters.
    pub fn new(client: &Client) -> Self {
        Self {
            airalo: Arc::new(Airalo::new(client)),
            esim_go: Arc::new(EsimGo::new(client)),
            esim_access: Arc::new(EsimAccess::new(client)),
            super_sim: Arc::new(SuperSim::new(client)),
        }
    }

    /// Returns an adapter; `None` for the simulator, which calls no provider.
    pub fn get(&self, adapter: ProviderAdapter) -> Option<Arc<dyn Supplier>> {
        match adapter {
            ProviderAdapter::Airalo => Some(Arc::clone(&self.airalo)),
            ProviderAdapter::EsimGo => Some(Arc::clone(&self.esim_go)),
            ProviderAdapter::EsimAccess => Some(Arc::clone(&self.esim_access)),
            ProviderAdapter::SuperSim => Some(Arc::clone(&self.super_sim)),
            ProviderAdapter::Simulator => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Network, Settings, check_endpoint};

    #[test]
    fn every_adapter_has_a_valid_default_endpoint() {
        let settings = Settings::new(Network::Public, Arc::new(chrono::Utc::now));
        let registry = Registry::new(&Client::new(settings).unwrap());
        for adapter in ProviderAdapter::ALL {
            let Some(supplier) = registry.get(*adapter) else {
                assert!(adapter.is_simulated());
                continue;
            };
            let capabilities = supplier.capabilities();
            let endpoint = capabilities.default_endpoint;
            assert_eq!(
                check_endpoint(endpoint, Network::Public),
                Ok(()),
                "{adapter}"
            );
            assert!(capabilities.calls_per_second > 0);
        }
    }
}
