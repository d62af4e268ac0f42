//! The context of every handler and job.

use crate::{
    auth::Tokens,
    clock::Clock,
    config::{Config, Environment},
    crypto::Keyring,
    db::Db,
    error::Result,
    limits::Limits,
    ports::Ports,
};
use std::{ops::Deref, sync::Arc};
use wire::integrations::providers::ProviderAdapter;

/// The database, the configuration, the keys, the clock and the ports.
#[derive(Clone)]
pub struct Ctx(Arc<Parts>);

/// The parts of a [`Ctx`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The configuration.
    pub config: Config,
    /// The keys for sealing.
    pub keys: Keyring,
    /// Issues and verifies access tokens.
    pub tokens: Tokens,
    /// The rate limits.
    pub limits: Limits,
    /// The clock.
    pub clock: Clock,
    /// The external services.
    pub ports: Ports,
}

impl Ctx {
    /// Builds the context from the configuration and the ports.
    pub fn new(config: Config, ports: Ports) -> Result<Self> {
        let keys = Keyring::new(&config.sealing)?;
        Ok(Self(Arc::new(Parts {
            db: Db::new(&config.database_url, config.database_pool, &keys)?,
            keys,
            tokens: Tokens::new(&config.jwt_secret),
            limits: Limits::default(),
            clock: Clock::default(),
            config,
            ports,
        })))
    }

    /// Returns the adapters whose providers this server may store and call: those that it has, and simulators in development
    /// only.
    pub fn adapters(&self) -> Vec<ProviderAdapter> {
        let is_development = self.config.environment == Environment::Development;
        let known = ProviderAdapter::ALL.iter().copied();
        known
            .filter(|adapter| is_development || !adapter.is_simulated())
            .filter(|adapter| (self.ports.suppliers)(*adapter).is_some())
            .collect()
    }
}

impl Deref for Ctx {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
