//! The provider of an eSIM, as the operations use it.

use super::query;
use integrations::providers;
use platform::{Ctx, Error, Result};
use std::sync::Arc;
use suppliers::{Account, Supplier};
use wire::{ProviderId, integrations::providers::ProviderAdapter};

/// What a provider's API offers for the eSIMs that it has supplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Whether an eSIM can be suspended and resumed.
    pub suspend: bool,
    /// Whether an eSIM can be cancelled.
    pub cancel: bool,
}

/// Returns what the API of an adapter offers; `None` for an adapter that this server does not have. Makes no call.
pub fn abilities(ctx: &Ctx, adapter: ProviderAdapter) -> Option<Abilities> {
    let offered = (ctx.ports.suppliers)(adapter)?.capabilities();
    Some(Abilities {
        suspend: offered.suspend,
        cancel: offered.cancel,
    })
}

/// The API of a provider with its account.
pub struct Connection {
    /// The API.
    pub supplier: Arc<dyn Supplier>,
    /// The account.
    pub account: Account,
}

impl Connection {
    /// Returns how long after the end of a call the provider may still register it.
    pub fn registration_time(&self) -> chrono::TimeDelta {
        self.supplier.capabilities().registration_time
    }
}

/// Returns the API of a provider with the account, whose secrets are opened.
pub async fn connect(ctx: &Ctx, provider: ProviderId) -> Result<Connection> {
    let (adapter, sealed) = ctx
        .db
        .read(move |conn| {
            let adapter = query::adapter(conn, provider)?;
            Ok((adapter, providers::sealed_account(conn, provider)?))
        })
        .await?;
    let supplier = (ctx.ports.suppliers)(adapter)
        .ok_or_else(|| Error::internal(format!("this server has no adapter {adapter}")))?;
    Ok(Connection {
        supplier,
        account: providers::account(&sealed, &ctx.keys)?,
    })
}
