//! Buying eSIMs from a provider. None of them offers idempotency, so every order carries our reference, and an
//! unknown outcome is looked up by it before anything else is done.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use wire::{Currency, Money};

/// What we ask for. The reference is ours and names this one request.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Our reference.
    pub reference: String,
    /// The provider's key of the package.
    pub sku: String,
    /// Base address of the provider's API.
    pub endpoint: String,
    /// The provider's key, opened.
    pub api_key: crate::config::Secret,
}

/// What the provider says it has delivered. Nothing of it is believed unchecked.
#[derive(Clone, PartialEq)]
pub struct Supplied {
    /// The provider's own id of the order.
    pub order_ref: String,
    /// The profile's number.
    pub iccid: String,
    /// The chip's number, if known.
    pub eid: Option<String>,
    /// The activation code.
    pub activation_code: String,
    /// What it cost.
    pub cost: Option<Money>,
    /// In which currency.
    pub currency: Option<Currency>,
}

/// What the provider says it has added to an eSIM.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    /// The provider's own id of the order.
    pub order_ref: String,
    /// Whether it runs already; otherwise it waits for what is on the eSIM to end.
    pub is_running: bool,
    /// Since when it runs, if the provider says so.
    pub since: Option<DateTime<Utc>>,
    /// Until when, if the provider says so.
    pub until: Option<DateTime<Utc>>,
    /// What it cost.
    pub cost: Option<Money>,
    /// In which currency.
    pub currency: Option<Currency>,
}

/// Why there is no eSIM.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SupplyError {
    /// It definitely did not supply: out of stock, unknown package, maintenance. The next provider may be asked.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// Nobody knows whether it supplied. Look up before anything else.
    #[error("the provider's answer is unknown: {0}")]
    Unknown(String),
}

/// A provider's API.
pub trait Supplier: Send + Sync {
    /// Buys one eSIM.
    fn buy<'a>(&'a self, purchase: &'a Purchase) -> BoxFuture<'a, Result<Supplied, SupplyError>>;
    /// What became of a purchase, by our reference; `None` when the provider knows nothing of it.
    fn look_up<'a>(
        &'a self,
        purchase: &'a Purchase,
    ) -> BoxFuture<'a, Result<Option<Supplied>, SupplyError>>;
    /// Adds a package to an eSIM that it has supplied before. Not every provider can.
    fn top_up<'a>(
        &'a self,
        _purchase: &'a Purchase,
        _iccid: &'a str,
    ) -> BoxFuture<'a, Result<Added, SupplyError>> {
        let refused = SupplyError::Refused("it cannot add data to an eSIM".to_owned());
        Box::pin(async { Err(refused) })
    }
    /// What became of an addition, by our reference; `None` when the provider knows nothing of it.
    fn look_up_top_up<'a>(
        &'a self,
        _purchase: &'a Purchase,
        _iccid: &'a str,
    ) -> BoxFuture<'a, Result<Option<Added>, SupplyError>> {
        Box::pin(async { Ok(None) })
    }
}
