//! Providers over HTTP.

use super::{query, rules};
use wire::{
    ProviderId,
    integrations::providers::{EditProvider, NewProvider, Provider},
    permission::needs::{ProvidersRead, ProvidersWrite},
};

use actix_web::{get, patch, post};
use platform::{Caller, Created, Id, IfMatch, Result, Tagged, Valid, listing};

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

/// Add a provider. Its key is sealed at once and never shown again.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), request_body = NewProvider, responses((status = 201, description = "Created", body = Provider)))]
#[post("/providers")]
pub async fn create(
    caller: Caller<ProvidersWrite>,
    new: Valid<NewProvider>,
) -> Result<Created<Provider>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Change a provider, or give it a new key.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path), ("If-Match" = String, Header)), request_body = EditProvider, responses((status = 200, description = "The provider", body = Provider)))]
#[patch("/providers/{id}")]
pub async fn edit(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
    version: IfMatch,
    edit: Valid<EditProvider>,
) -> Result<Tagged<Provider>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}
