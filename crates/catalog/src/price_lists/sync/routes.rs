//! HTTP routes of reads of a provider's catalog.

use wire::{
    ProviderId, catalog::price_lists::SyncCatalog, integrations::providers::ProviderRun,
    permission::needs::PlansWrite,
};

use actix_web::post;
use platform::{Accepted, Caller, Id, OptionalBody, Result};

/// Read a provider's catalog and compare it with the plans. Poll the run: it names the comparison, from which packages are
/// published. Nothing is published by the read itself.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["plans:write"])), params(("id" = ProviderId, Path)), request_body(content = Option<SyncCatalog>), responses((status = 202, description = "The run", body = ProviderRun)))]
#[post("/providers/{id}/sync")]
pub async fn sync(
    caller: Caller<PlansWrite>,
    id: Id<ProviderId>,
    options: OptionalBody<SyncCatalog>,
) -> Result<Accepted<ProviderRun>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| super::request(tx, actor, &ctx, id.0, &options.0))
        .await
        .map(Accepted)
}
