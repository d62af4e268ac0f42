//! Comparisons of price lists over HTTP.

use super::{query, rules};
use wire::{
    PriceListId,
    catalog::price_lists::{PriceList, PriceListOptions, PublishPriceList},
    permission::needs::{CostsRead, PlansWrite},
};

use actix_web::{get, post};
use platform::{Caller, Created, Id, IfMatch, Options, Result, Tagged, Upload, Valid, listing};

listing!(PriceList, "/price-lists", export "/price-lists/export", tag "catalog/price_lists", needs CostsRead = "costs:read", from query::page);

/// Show a comparison, with every package that is not as we have it.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["costs:read"])), params(("id" = PriceListId, Path)), responses((status = 200, description = "The comparison", body = PriceList)))]
#[get("/price-lists/{id}")]
pub async fn show(caller: Caller<CostsRead>, id: Id<PriceListId>) -> Result<Tagged<PriceList>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Compare a provider's price list with what we sell. Nothing is published by this; an older open comparison of the
/// same provider is discarded.
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
        .write(move |tx, actor| rules::compare(tx, actor, &adapters, (&options.0, &body), now))
        .await
        .map(Created)
}

/// Publish packages of a comparison: plans, offers and prices at once, all of the chosen ones or none. Refused when one
/// of them would mean something else by now.
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
        .write(move |tx, actor| {
            rules::publish(tx, actor, &adapters, (id.0, version.0), &chosen, now)
        })
        .await
        .map(Tagged)
}

/// Discard a comparison. Nothing of it is published.
#[utoipa::path(tag = "catalog/price_lists", security(("bearer" = ["plans:write"])), params(("id" = PriceListId, Path), ("If-Match" = String, Header)), responses((status = 200, description = "Discarded", body = PriceList)))]
#[post("/price-lists/{id}/discard")]
pub async fn discard(
    caller: Caller<PlansWrite>,
    id: Id<PriceListId>,
    version: IfMatch,
) -> Result<Tagged<PriceList>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::discard(tx, actor, (id.0, version.0), now))
        .await
        .map(Tagged)
}
