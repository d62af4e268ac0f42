//! Price lists over HTTP: direct imports and comparisons.

use super::{query, rules};
use wire::{
    PriceListId,
    catalog::{
        plans::{ImportReport, PlanImportOptions, PlanImportRow},
        price_lists::{PriceList, PriceListOptions, PublishPriceList},
    },
    permission::needs::{CostsRead, PlansWrite},
};

use actix_web::{get, post};
use platform::{
    Caller, Created, Id, IfMatch, Json, Options, Result, Tagged, Upload, Valid, listing,
};

listing!(PriceList, "/price-lists", export "/price-lists/export", tag "catalog/price_lists", needs CostsRead = "costs:read", from query::page);

/// Import a provider's price list: plans, offers and prices in one transaction, all rows or none.
///
/// Importing the same list again changes nothing. A dry run reports the result of every row; a real run with an invalid
/// row is rejected.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(PlanImportOptions),
    request_body(content((Vec<serde_json::Value> = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "The result, or the preview of a dry run", body = ImportReport<PlanImportRow>)))]
#[post("/plans/import")]
pub async fn import(
    caller: Caller<PlansWrite>,
    options: Options<PlanImportOptions>,
    body: Upload,
) -> Result<Json<ImportReport<PlanImportRow>>> {
    let (adapters, now) = (caller.ctx().adapters(), caller.ctx().clock.now());
    caller
        .write(move |tx, actor| super::import::run(tx, actor, &adapters, &options.0, &body, now))
        .await
        .map(Json)
}

/// Show a comparison, with every package that differs from the catalog.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["costs:read"])), params(("id" = PriceListId, Path)), responses((status = 200, description = "The comparison", body = PriceList)))]
#[get("/price-lists/{id}")]
pub async fn show(caller: Caller<CostsRead>, id: Id<PriceListId>) -> Result<Tagged<PriceList>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Compare a provider's price list with the catalog. Nothing is published; an older open comparison of the same
/// provider is discarded.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["plans:write"])), params(PriceListOptions),
    request_body(content((Vec<serde_json::Value> = "application/json"), (String = "text/csv"))),
    responses((status = 201, description = "Compared", body = PriceList)))]
#[post("/price-lists")]
pub async fn create(
    caller: Caller<PlansWrite>,
    options: Options<PriceListOptions>,
    body: Upload,
) -> Result<Created<PriceList>> {
    let (adapters, now) = (caller.ctx().adapters(), caller.ctx().clock.now());
    caller
        .write(move |tx, actor| rules::compare(tx, actor, &adapters, &options.0, &body, now))
        .await
        .map(Created)
}

/// Publish packages of a comparison: plans, offers and prices in one transaction, all chosen packages or none.
///
/// The request is rejected if the catalog has changed since the comparison, so that a package would have another
/// effect.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["plans:write"])), params(("id" = PriceListId, Path), ("If-Match" = String, Header)), request_body = PublishPriceList, responses((status = 200, description = "Published", body = PriceList)))]
#[post("/price-lists/{id}/publish")]
pub async fn publish(
    caller: Caller<PlansWrite>,
    id: Id<PriceListId>,
    version: IfMatch,
    chosen: Valid<PublishPriceList>,
) -> Result<Tagged<PriceList>> {
    let (adapters, now) = (caller.ctx().adapters(), caller.ctx().clock.now());
    caller
        .write(move |tx, actor| rules::publish(tx, actor, &adapters, id.0, version.0, &chosen, now))
        .await
        .map(Tagged)
}

/// Discard a comparison. Nothing is published.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["plans:write"])), params(("id" = PriceListId, Path), ("If-Match" = String, Header)), responses((status = 200, description = "Discarded", body = PriceList)))]
#[post("/price-lists/{id}/discard")]
pub async fn discard(
    caller: Caller<PlansWrite>,
    id: Id<PriceListId>,
    version: IfMatch,
) -> Result<Tagged<PriceList>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::discard(tx, actor, id.0, version.0, now))
        .await
        .map(Tagged)
}
