//! Share links over HTTP.

use super::rules;
use actix_web::{HttpResponse, delete, get, post};
use platform::{Caller, Id, Json, NoContent, Result, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{EsimId, EsimShareId, esims::sharing::*, permission::needs::*};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(create).service(list).service(revoke);
}

/// Create a share link of an eSIM: a page with its QR code for a person without an account. The address and the access code
/// are returned only here.
#[utoipa::path(tag = "esims/sharing", security(("bearer" = ["esims:reveal"])), params(("id" = EsimId, Path)), request_body = NewEsimShare, responses((status = 201, description = "The link and its access code", body = CreatedEsimShare)))]
#[post("/esims/{id}/share")]
async fn create(
    caller: Caller<EsimsReveal>,
    id: Id<EsimId>,
    new: Valid<NewEsimShare>,
) -> Result<HttpResponse> {
    let (now, url) = (
        caller.ctx().clock.now(),
        caller.ctx().config.public_url.clone(),
    );
    caller
        .write(move |tx, actor| rules::create(tx, actor, id.0, &new, &url, now))
        .await
        .map(|created| HttpResponse::Created().json(created))
}

/// List the share links of an eSIM, newest first.
#[utoipa::path(tag = "esims/sharing", security(("bearer" = ["esims:read"])), params(("id" = EsimId, Path)), responses((status = 200, description = "The share links", body = EsimShares)))]
#[get("/esims/{id}/shares")]
async fn list(caller: Caller<EsimsRead>, id: Id<EsimId>) -> Result<Json<EsimShares>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::list(conn, actor, id.0, now))
        .await
        .map(Json)
}

/// Revoke a share link: its page no longer opens.
#[utoipa::path(tag = "esims/sharing", security(("bearer" = ["esims:reveal"])), params(("id" = EsimShareId, Path)), responses((status = 204, description = "Revoked")))]
#[delete("/esim-shares/{id}")]
async fn revoke(caller: Caller<EsimsReveal>, id: Id<EsimShareId>) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::revoke(tx, actor, id.0, now))
        .await
        .map(|()| NoContent)
}
