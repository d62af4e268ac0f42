//! What every handler and job has at hand.

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
use wire::integrations::providers::Adapter;

/// The database, the configuration, the keys, the clock and the ports.
#[derive(Clone)]
pub struct Ctx(Arc<Parts>);

/// What a [`Ctx`] holds.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// What the environment said.
    pub config: Config,
    /// Keys for sealing.
    pub keys: Keyring,
    /// Access tokens.
    pub tokens: Tokens,
    /// How often somebody may still ask.
    pub limits: Limits,
    /// What time it is.
    pub clock: Clock,
    /// The outside world.
    pub ports: Ports,
}

impl Ctx {
    /// Everything, from the configuration and the ports.
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

    /// Returns the adapters whose providers this server may store and call: simulators in development only.
    pub fn adapters(&self) -> Vec<Adapter> {
        let is_development = self.config.environment == Environment::Development;
        let known = Adapter::ALL.iter().copied();
        known
            .filter(|adapter| is_development || !adapter.is_simulated())
            .collect()
    }
}

impl Deref for Ctx {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
