//! Reads of a provider's catalog, which are compared with the plans here like an uploaded price list.

mod jobs;
mod packages;
pub(super) mod routes;

pub use jobs::{SyncCatalogOf, SyncDueCatalogs};

use integrations::{
    providers,
    runs::{self, RunSubject},
};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs as queue,
};
use wire::{
    ProblemCode, ProviderId,
    catalog::price_lists::SyncCatalog,
    integrations::providers::{ProviderAdapter, ProviderRun, ProviderRunKind},
    system::audit::AuditAction,
};

/// Requests a read of a provider's catalog.
fn request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    provider: ProviderId,
    options: &SyncCatalog,
) -> Result<ProviderRun> {
    let found = providers::find(tx.conn(), provider)?;
    if !has_catalog(ctx, found.adapter) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The integration with this provider cannot read a catalog. Upload its price list instead.",
        ));
    }
    let (run, is_new) = start(tx, actor, ctx, provider, options)?;
    if is_new {
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::ProviderSync, provider),
        )?;
    }
    Ok(run)
}

/// Starts a read, unless one is open, and returns whether it is new.
fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    provider: ProviderId,
    options: &SyncCatalog,
) -> Result<(ProviderRun, bool)> {
    let subject = RunSubject::Provider(provider);
    let kind = ProviderRunKind::Catalog;
    let (run, is_new) = runs::start(tx, actor, subject, kind, ctx.clock.now())?;
    if is_new {
        let job = SyncCatalogOf {
            run: run.id,
            markup: options.markup.clone(),
            publish: options.publish,
        };
        queue::enqueue(tx, &job)?;
    }
    Ok((run, is_new))
}

fn has_catalog(ctx: &Ctx, adapter: ProviderAdapter) -> bool {
    (ctx.ports.suppliers)(adapter).is_some_and(|supplier| supplier.capabilities().catalog)
}
