//! HTTP routes of runs.

use super::query;
use wire::{ProviderRunId, integrations::providers::ProviderRun, permission::needs::ProvidersRead};

use actix_web::get;
use platform::{Caller, Id, Result, Tagged, listing};

listing!(ProviderRun, "/provider-runs", export "/provider-runs/export", tag "integrations/runs", needs ProvidersRead = "providers:read", from query::page);

/// Show a run: its progress and its outcome.
#[utoipa::path(tag = "integrations/runs", security(("bearer" = ["providers:read"])), params(("id" = ProviderRunId, Path)), responses((status = 200, description = "The run", body = ProviderRun)))]
#[get("/provider-runs/{id}")]
pub async fn show(
    caller: Caller<ProvidersRead>,
    id: Id<ProviderRunId>,
) -> Result<Tagged<ProviderRun>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}
