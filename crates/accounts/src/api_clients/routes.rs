//! Integrators' programs over HTTP.

use super::{query, rules};
use wire::{
    ApiClientId,
    accounts::api_clients::{
        ApiClient, EditApiClient, IssuedKey, NewApiClient, RevokeClient, RotateKey,
    },
    permission::needs::{ApiClientsRead, ApiClientsRotate, ApiClientsWrite},
};

use actix_web::{get, patch, post};
use platform::{Caller, Confirmed, Created, Id, IfMatch, Result, Tagged, Valid, listing};

listing!(ApiClient, "/api-clients", export "/api-clients/export", tag "accounts/api_clients", needs ApiClientsRead = "api-clients:read", from query::page);

/// Show a client.
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

/// Create a client. Its key is in the answer, and nowhere else ever after.
///
/// The client calls with `Authorization: Bearer esk_...`. Whatever its scopes let it do, it does to the customers that
/// it has created itself; everybody else's answer 404. A client in test mode places orders only where payments and
/// providers are simulated.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:write"])), request_body = NewApiClient, responses((status = 201, description = "Created; the key is shown this once", body = IssuedKey), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")))]
#[post("/api-clients")]
pub async fn create(
    caller: Confirmed<ApiClientsWrite>,
    new: Valid<NewApiClient>,
) -> Result<Created<IssuedKey>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new, now))
        .await
        .map(Created)
}

/// Change a client. This holds from its next request on.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:write"])), params(("id" = ApiClientId, Path), ("If-Match" = String, Header)), request_body = EditApiClient, responses((status = 200, description = "The client", body = ApiClient)))]
#[patch("/api-clients/{id}")]
pub async fn edit(
    caller: Caller<ApiClientsWrite>,
    id: Id<ApiClientId>,
    version: IfMatch,
    edit: Valid<EditApiClient>,
) -> Result<Tagged<ApiClient>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit(tx, actor, (id.0, version.0), &edit, now))
        .await
        .map(Tagged)
}

/// Give a client a new key. The old ones go on for as long as is said, and end then.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:rotate"])), params(("id" = ApiClientId, Path)), request_body = RotateKey, responses((status = 200, description = "The client; the key is shown this once", body = IssuedKey), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")))]
#[post("/api-clients/{id}/rotate")]
pub async fn rotate(
    caller: Confirmed<ApiClientsRotate>,
    id: Id<ApiClientId>,
    how: Valid<RotateKey>,
) -> Result<Tagged<IssuedKey>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::rotate(tx, actor, id.0, &how, now))
        .await
        .map(Tagged)
}

/// Lock a client out for good. None of its keys opens anything from the next request on.
#[utoipa::path(tag = "accounts/api_clients", security(("bearer" = ["api-clients:write"])), params(("id" = ApiClientId, Path)), request_body = RevokeClient, responses((status = 200, description = "The client", body = ApiClient)))]
#[post("/api-clients/{id}/revoke")]
pub async fn revoke(
    caller: Caller<ApiClientsWrite>,
    id: Id<ApiClientId>,
    why: Valid<RevokeClient>,
) -> Result<Tagged<ApiClient>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::revoke(tx, actor, id.0, &why.reason, now))
        .await
        .map(Tagged)
}
