//! The port to eSIM providers. The providers have no idempotency keys, so every order has a reference, by which an unknown
//! outcome is looked up before the next step.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use wire::{Currency, Money};

/// A request to a provider. The reference identifies this request.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The reference.
    pub reference: String,
    /// The SKU of the package at the provider.
    pub sku: String,
    /// The base URL of the provider's API.
    pub endpoint: String,
    /// The API key of the provider, in plain text.
    pub api_key: crate::config::Secret,
}

/// An eSIM as the provider reports it. Every field is validated before use.
#[derive(Clone, PartialEq)]
pub struct SuppliedEsim {
    /// The order id at the provider.
    pub order_ref: String,
    /// The ICCID of the profile.
    pub iccid: String,
    /// The EID of the chip, if known.
    pub eid: Option<String>,
    /// The activation code.
    pub activation_code: String,
    /// The cost.
    pub cost: Option<Money>,
    /// The currency of the cost.
    pub currency: Option<Currency>,
}

/// A top-up of an eSIM as the provider reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct SuppliedTopUp {
    /// The order id at the provider.
    pub order_ref: String,
    /// Whether the top-up is active; otherwise it starts when the current package ends.
    pub is_running: bool,
    /// The start, if the provider reports it.
    pub since: Option<DateTime<Utc>>,
    /// The end, if the provider reports it.
    pub until: Option<DateTime<Utc>>,
    /// The cost.
    pub cost: Option<Money>,
    /// The currency of the cost.
    pub currency: Option<Currency>,
}

/// The error of a request to a provider.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SupplierError {
    /// The provider did not supply: out of stock, unknown package, maintenance. The next provider can be tried.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The outcome is unknown and must be looked up before the next step.
    #[error("the provider's answer is unknown: {0}")]
    Unknown(String),
}

/// A provider's API.
pub trait Supplier: Send + Sync {
    /// Buys one eSIM.
    fn buy<'a>(
        &'a self,
        purchase: &'a Purchase,
    ) -> BoxFuture<'a, Result<SuppliedEsim, SupplierError>>;
    /// Returns the eSIM of a purchase, by its reference; `None` when the provider has no such order.
    fn look_up<'a>(
        &'a self,
        purchase: &'a Purchase,
    ) -> BoxFuture<'a, Result<Option<SuppliedEsim>, SupplierError>>;
    /// Adds a package to an eSIM that this provider has supplied. Not every provider supports this.
    fn top_up<'a>(
        &'a self,
        _purchase: &'a Purchase,
        _iccid: &'a str,
    ) -> BoxFuture<'a, Result<SuppliedTopUp, SupplierError>> {
        let refused = SupplierError::Refused("the provider does not support top-ups".to_owned());
        Box::pin(async { Err(refused) })
    }
    /// Returns a top-up, by its reference; `None` when the provider has no such order.
    fn look_up_top_up<'a>(
        &'a self,
        _purchase: &'a Purchase,
        _iccid: &'a str,
    ) -> BoxFuture<'a, Result<Option<SuppliedTopUp>, SupplierError>> {
        Box::pin(async { Ok(None) })
    }
}
