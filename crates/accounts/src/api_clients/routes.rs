//! HTTP routes of API clients.

use super::{query, rules};
use wire::{
    ApiClientId,
    accounts::api_clients::{
        ApiClient, EditApiClient, IssuedApiKey, NewApiClient, RevokeApiClient, RotateApiKey,
    },
    permission::needs::{ApiClientsRead, ApiClientsRotate, ApiClientsWrite},
};

use actix_web::{get, patch, post};
use platform::{
    Caller, Created, Id, IfMatch, RecentlyAuthenticated, Result, Tagged, Valid, listing,
};

listing!(ApiClient, "/api-clients", export "/api-clients/export", tag "accounts/api_clients", needs ApiClientsRead = "api-clients:read", from query::page);

/// Show an API client.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:read"])), params(("id" = ApiClientId, Path)), responses((status = 200, description = "The client", body = ApiClient)))]
#[get("/api-clients/{id}")]
pub async fn show(
    caller: Caller<ApiClientsRead>,
    id: Id<ApiClientId>,
) -> Result<Tagged<ApiClient>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Create an API client. The response contains its key, which is never returned again.
///
/// The client calls with `Authorization: Bearer esk_...`. Its scopes apply to the customers that it has created; requests for
/// other customers answer 404. A client in test mode places orders only where payments and providers are simulated.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:write"])), request_body = NewApiClient, responses((status = 201, description = "Created; the key is returned only this once", body = IssuedApiKey), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")))]
#[post("/api-clients")]
pub async fn create(
    caller: RecentlyAuthenticated<ApiClientsWrite>,
    new: Valid<NewApiClient>,
) -> Result<Created<IssuedApiKey>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new, now))
        .await
        .map(Created)
}

/// Edit an API client. The change applies from the client's next request on.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:write"])), params(("id" = ApiClientId, Path), ("If-Match" = String, Header)), request_body = EditApiClient, responses((status = 200, description = "The client", body = ApiClient)))]
#[patch("/api-clients/{id}")]
pub async fn edit(
    caller: Caller<ApiClientsWrite>,
    id: Id<ApiClientId>,
    version: IfMatch,
    change: Valid<EditApiClient>,
) -> Result<Tagged<ApiClient>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &change, now))
        .await
        .map(Tagged)
}

/// Create a new key for an API client. The old keys expire after the given overlap.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:rotate"])), params(("id" = ApiClientId, Path)), request_body = RotateApiKey, responses((status = 200, description = "The client; the key is returned only this once", body = IssuedApiKey), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")))]
#[post("/api-clients/{id}/rotate")]
pub async fn rotate(
    caller: RecentlyAuthenticated<ApiClientsRotate>,
    id: Id<ApiClientId>,
    rotation: Valid<RotateApiKey>,
) -> Result<Tagged<IssuedApiKey>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::rotate(tx, actor, id.0, &rotation, now))
        .await
        .map(Tagged)
}

/// Revoke an API client permanently. Its keys stop working from the next request on.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:write"])), params(("id" = ApiClientId, Path)), request_body = RevokeApiClient, responses((status = 200, description = "The client", body = ApiClient)))]
#[post("/api-clients/{id}/revoke")]
pub async fn revoke(
    caller: Caller<ApiClientsWrite>,
    id: Id<ApiClientId>,
    why: Valid<RevokeApiClient>,
) -> Result<Tagged<ApiClient>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::revoke(tx, actor, id.0, &why.reason, now))
        .await
        .map(Tagged)
}
