//! The payment gateways: Stripe, and a simulator for servers without Stripe keys.
//!
//! This is a crate of its own, because async-stripe takes longer to compile than the rest of the workspace and should not be
//! rebuilt with it.

mod limits;
mod signature;
mod simulator;
mod stripe;

pub use simulator::Simulator;
pub use stripe::Stripe;

use platform::{
    Error, Result,
    config::{Config, Environment},
    ports::payments::PaymentGateway,
};
use std::sync::Arc;

/// Returns the gateway of the configuration: Stripe with keys, else the simulator. The simulator refuses to start in production.
pub fn from_config(config: &Config) -> Result<Arc<dyn PaymentGateway>> {
    if let (Some(key), Some(secret)) = (
        &config.payments.stripe_secret_key,
        &config.payments.stripe_webhook_secret,
    ) {
        return Ok(Arc::new(Stripe::new(
            key,
            secret.clone(),
            config.payments.stripe_api_base.as_deref(),
        )?));
    }
    match config.environment {
        Environment::Production => Err(Error::internal(
            "the payment simulator does not run in production: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET",
        )),
        Environment::Development => Ok(Arc::new(Simulator::from_config(config)?)),
    }
}
