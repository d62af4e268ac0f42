//! The inventory over HTTP.

use super::{query, rules};
use actix_web::{HttpResponse, delete, get, patch, post};
use platform::{
    Caller, Id, IfMatch, Json, NoContent, Options, Result, Tagged, Upload, Valid, listing,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{EsimId, catalog::plans::ImportReport, esims::inventory::*, permission::needs::*};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(import)
        .service(show)
        .service(edit)
        .service(withdraw)
        .service(history)
        .service(reveal)
        .service(qr_svg)
        .service(qr_png);
}

listing!(Esim, "/esims", export "/esims/export", tag "esims/inventory", needs EsimsRead = "esims:read", from query::page);

/// Import a file of eSIMs into the stock.
///
/// CSV with a header, or a JSON array of objects, of 10,000 rows at most: `iccid`, and `activation_code` or
/// `smdp_address` with `matching_id` and `confirmation_code_required`; also `eid`, `plan_id`, `provider_id`,
/// `provider_ref` and `twilio_sid`. All rows are imported or none. An existing eSIM with the same code does not change.
#[utoipa::path(
    tag = "esims/inventory", security(("bearer" = ["esims:write"])), params(EsimImportOptions),
    request_body(content((String = "text/csv"), (Vec<serde_json::Value> = "application/json"))),
    responses((status = 200, description = "The result of each row, or the preview of a dry run", body = ImportReport<EsimImportRow>)),
)]
#[post("/esims/import")]
async fn import(
    caller: Caller<EsimsWrite>,
    options: Options<EsimImportOptions>,
    file: Upload,
) -> Result<Json<ImportReport<EsimImportRow>>> {
    caller
        .write(move |tx, actor| rules::import(tx, actor, &options.0, &file))
        .await
        .map(Json)
}

/// Show an eSIM. The activation code is masked.
#[utoipa::path(tag = "esims/inventory", security(("bearer" = ["esims:read"])), params(("id" = EsimId, Path)), responses((status = 200, description = "The eSIM", body = Esim)))]
#[get("/esims/{id}")]
async fn show(caller: Caller<EsimsRead>, id: Id<EsimId>) -> Result<Tagged<Esim>> {
    caller
        .read(move |conn, actor| query::find(conn, actor.owner_filter(), id.0))
        .await
        .map(Tagged)
}

/// Edit an eSIM in stock, or correct its activation code.
#[utoipa::path(
    tag = "esims/inventory", security(("bearer" = ["esims:write"])), params(("id" = EsimId, Path), ("If-Match" = String, Header)),
    request_body = EditEsim, responses((status = 200, description = "The eSIM", body = Esim)),
)]
#[patch("/esims/{id}")]
async fn edit(
    caller: Caller<EsimsWrite>,
    id: Id<EsimId>,
    version: IfMatch,
    edit: Valid<EditEsim>,
) -> Result<Tagged<Esim>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Withdraw an eSIM from the stock. The eSIM must have no owner; an import that names it again returns it to the stock.
#[utoipa::path(
    tag = "esims/inventory", security(("bearer" = ["esims:write"])), params(("id" = EsimId, Path), ("If-Match" = String, Header)),
    responses((status = 204, description = "Withdrawn")),
)]
#[delete("/esims/{id}")]
async fn withdraw(
    caller: Caller<EsimsWrite>,
    id: Id<EsimId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::withdraw(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}

/// Show the status history of an eSIM, newest first.
#[utoipa::path(tag = "esims/inventory", security(("bearer" = ["esims:read"])), params(("id" = EsimId, Path)), responses((status = 200, description = "The status history", body = EsimHistory)))]
#[get("/esims/{id}/history")]
async fn history(caller: Caller<EsimsRead>, id: Id<EsimId>) -> Result<Json<EsimHistory>> {
    caller
        .read(move |conn, actor| rules::history(conn, actor, id.0))
        .await
        .map(Json)
}

/// Reveal the activation code of an eSIM. Access is logged.
#[utoipa::path(
    tag = "esims/inventory", security(("bearer" = ["esims:reveal"])), params(("id" = EsimId, Path)),
    request_body = RevealRequest, responses((status = 200, description = "The activation code", body = EsimInstallation)),
)]
#[post("/esims/{id}/reveal")]
async fn reveal(
    caller: Caller<EsimsReveal>,
    id: Id<EsimId>,
    request: Valid<RevealRequest>,
) -> Result<Json<EsimInstallation>> {
    caller
        .write(move |tx, actor| rules::reveal(tx, actor, id.0, request.reason.as_deref()))
        .await
        .map(Json)
}

/// Return the QR code of an eSIM as SVG. This reveals the activation code; access is logged.
#[utoipa::path(
    tag = "esims/inventory", security(("bearer" = ["esims:reveal"])), params(("id" = EsimId, Path)),
    responses((status = 200, description = "The QR code", content_type = "image/svg+xml", body = String)),
)]
#[get("/esims/{id}/qr.svg")]
async fn qr_svg(caller: Caller<EsimsReveal>, id: Id<EsimId>) -> Result<HttpResponse> {
    caller
        .write(move |tx, actor| rules::draw_qr_code(tx, actor, id.0, messaging::qr::svg))
        .await
        .map(|image| HttpResponse::Ok().content_type("image/svg+xml").body(image))
}

/// Return the QR code of an eSIM as PNG. This reveals the activation code; access is logged.
#[utoipa::path(
    tag = "esims/inventory", security(("bearer" = ["esims:reveal"])), params(("id" = EsimId, Path)),
    responses((status = 200, description = "The QR code", content_type = "image/png", body = String)),
)]
#[get("/esims/{id}/qr.png")]
async fn qr_png(caller: Caller<EsimsReveal>, id: Id<EsimId>) -> Result<HttpResponse> {
    caller
        .write(move |tx, actor| rules::draw_qr_code(tx, actor, id.0, messaging::qr::png))
        .await
        .map(|image| HttpResponse::Ok().content_type("image/png").body(image))
}
