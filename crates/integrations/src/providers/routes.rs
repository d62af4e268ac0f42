//! HTTP routes of providers.

use super::{adapters, query, rules};
use wire::{
    Permission, ProviderId,
    integrations::providers::{
        AdapterList, EditProvider, NewProvider, Provider, ProviderConnection, ProviderRun,
    },
    permission::needs::{ProvidersRead, ProvidersWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Accepted, Caller, Created, Id, IfMatch, Json, NoContent, RecentlyAuthenticated, Result, Tagged,
    Valid, listing,
};

listing!(Provider, "/providers", export "/providers/export", tag "integrations/providers", needs ProvidersRead = "providers:read", from query::page);

/// Show a provider.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:read"])), params(("id" = ProviderId, Path)), responses((status = 200, description = "The provider", body = Provider)))]
#[get("/providers/{id}")]
pub async fn show(caller: Caller<ProvidersRead>, id: Id<ProviderId>) -> Result<Tagged<Provider>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Add a provider. Its key is sealed and never shown again. Requires a recent confirmation of your identity.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), request_body = NewProvider, responses((status = 201, description = "Created", body = Provider), (status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)")))]
#[post("/providers")]
pub async fn create(
    caller: RecentlyAuthenticated<ProvidersWrite>,
    new: Valid<NewProvider>,
) -> Result<Created<Provider>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &ctx, &new))
        .await
        .map(Created)
}

/// Change a provider. New credentials, and a new address to which they are sent, need `providers:rotate` and a recent
/// confirmation.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path), ("If-Match" = String, Header)), request_body = EditProvider, responses((status = 200, description = "The provider", body = Provider)))]
#[patch("/providers/{id}")]
pub async fn edit(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
    version: IfMatch,
    edit: Valid<EditProvider>,
) -> Result<Tagged<Provider>> {
    let (ctx, now) = (caller.ctx().clone(), caller.ctx().clock.now());
    caller
        .write_with(extra_permission(&edit), move |tx, actor| {
            rules::edit(tx, actor, &ctx, id.0, version.0, &edit, now)
        })
        .await
        .map(Tagged)
}

/// Returns the permission that an edit needs in addition.
fn extra_permission(change: &EditProvider) -> Option<Permission> {
    let concerns_secrets =
        change.api_key.is_some() || change.credentials.is_some() || change.api_endpoint.is_some();
    concerns_secrets.then_some(Permission::ProvidersRotate)
}

/// List the integrations of this server: what each can do, and which credentials it needs.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:read"])), responses((status = 200, description = "The integrations", body = AdapterList)))]
#[get("/provider-adapters")]
pub async fn list_adapters(caller: Caller<ProvidersRead>) -> Result<Json<AdapterList>> {
    let ctx = caller.ctx().clone();
    caller
        .read(move |_, _| Ok(adapters::list(&ctx)))
        .await
        .map(Json)
}

/// Show the connection to a provider: what it can do, the address for its webhooks, its balance, and how the last calls
/// ended.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:read"])), params(("id" = ProviderId, Path)), responses((status = 200, description = "The connection", body = ProviderConnection)))]
#[get("/providers/{id}/connection")]
pub async fn connection(
    caller: Caller<ProvidersRead>,
    id: Id<ProviderId>,
) -> Result<Json<ProviderConnection>> {
    let ctx = caller.ctx().clone();
    caller
        .read(move |conn, _| rules::connection(conn, &ctx, id.0))
        .await
        .map(Json)
}

/// Test the connection to a provider with a harmless call. Poll the run for the outcome.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path)), responses((status = 202, description = "The run", body = ProviderRun)))]
#[post("/providers/{id}/test")]
pub async fn test(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
) -> Result<Accepted<ProviderRun>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::request_test(tx, actor, id.0, now))
        .await
        .map(Accepted)
}

/// Delete a provider that was never used. One with offers, eSIMs or requests is deactivated instead.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/providers/{id}")]
pub async fn remove(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}
