//! HTTP routes of the health of providers.

use super::{calls, query};
use wire::{
    ProviderId,
    integrations::{
        providers::Provider,
        routing::{PauseProvider, ProviderHealth, ProviderImpact},
    },
    permission::needs::{ProvidersRead, ProvidersWrite},
};

use actix_web::{get, post, web::Json};
use platform::{Caller, Id, Result, Tagged, Valid};

/// Show the health of a provider: success rate, durations, circuit breaker and open requests.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:read"])), params(("id" = ProviderId, Path)), responses((status = 200, description = "The health", body = ProviderHealth)))]
#[get("/providers/{id}/health")]
pub async fn health(
    caller: Caller<ProvidersRead>,
    id: Id<ProviderId>,
) -> Result<Json<ProviderHealth>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| query::health(conn, id.0, now))
        .await
        .map(Json)
}

/// Show what is lost when a provider is off.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:read"])), params(("id" = ProviderId, Path)), responses((status = 200, description = "The impact", body = ProviderImpact)))]
#[get("/providers/{id}/impact")]
pub async fn impact(
    caller: Caller<ProvidersRead>,
    id: Id<ProviderId>,
) -> Result<Json<ProviderImpact>> {
    let adapters = caller.ctx().adapters();
    caller
        .read(move |conn, _| query::impact(conn, id.0, &adapters))
        .await
        .map(Json)
}

/// Pause a provider: no new orders are sent to it. Open requests are still looked up.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path)), request_body = PauseProvider, responses((status = 200, description = "The provider", body = Provider)))]
#[post("/providers/{id}/pause")]
pub async fn pause(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
    why: Valid<PauseProvider>,
) -> Result<Tagged<Provider>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| calls::pause(tx, actor, id.0, &why.reason, now))
        .await
        .map(Tagged)
}

/// Resume a paused provider.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path)), responses((status = 200, description = "The provider", body = Provider)))]
#[post("/providers/{id}/resume")]
pub async fn resume(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
) -> Result<Tagged<Provider>> {
    caller
        .write(move |tx, actor| calls::resume(tx, actor, id.0))
        .await
        .map(Tagged)
}
