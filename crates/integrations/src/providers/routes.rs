//! HTTP routes of providers.

use super::{query, rules};
use wire::{
    Permission, ProviderId,
    integrations::providers::{EditProvider, NewProvider, Provider},
    permission::needs::{ProvidersRead, ProvidersWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Id, IfMatch, NoContent, RecentlyAuthenticated, Result, Tagged, Valid, listing,
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
    let adapters = caller.ctx().adapters();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &adapters, &new))
        .await
        .map(Created)
}

/// Change a provider. A new key needs `providers:rotate` and a recent confirmation.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path), ("If-Match" = String, Header)), request_body = EditProvider, responses((status = 200, description = "The provider", body = Provider)))]
#[patch("/providers/{id}")]
pub async fn edit(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
    version: IfMatch,
    edit: Valid<EditProvider>,
) -> Result<Tagged<Provider>> {
    let adapters = caller.ctx().adapters();
    caller
        .write_with(extra_permission(&edit), move |tx, actor| {
            rules::edit(tx, actor, &adapters, id.0, version.0, &edit)
        })
        .await
        .map(Tagged)
}

/// Returns the permission that an edit needs in addition.
fn extra_permission(change: &EditProvider) -> Option<Permission> {
    change.api_key.as_ref().map(|_| Permission::ProvidersRotate)
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
