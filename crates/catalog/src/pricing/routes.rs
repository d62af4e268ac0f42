//! Prices over HTTP.

use super::{query, rules};
use wire::{
    PlanId, PriceId,
    catalog::{
        plans::{Quote, QuoteExplanation},
        pricing::{EditPrice, NewPrice, Price, QuoteOptions},
    },
    permission::needs::{PricingRead, PricingWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Id, IfMatch, Json, NoContent, Options, Result, Tagged, Valid, listing,
};

listing!(Price, "/pricing", export "/pricing/export", tag "catalog/pricing", needs PricingRead = "pricing:read", from query::page);

/// Show the current price of a plan: the price of the region, or else the global price.
#[utoipa::path(tag = "catalog/pricing", security(("bearer" = ["pricing:read"])), params(("id" = PlanId, Path), QuoteOptions), responses((status = 200, description = "The price that applies", body = Quote)))]
#[get("/plans/{id}/quote")]
pub async fn quote(
    caller: Caller<PricingRead>,
    id: Id<PlanId>,
    options: Options<QuoteOptions>,
) -> Result<Json<Quote>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::quote_for(conn, actor, id.0, &options.0, now))
        .await
        .map(Json)
}

/// Explain the price of a plan: every candidate price, and the reason why it applies or not.
#[utoipa::path(tag = "catalog/pricing", security(("bearer" = ["pricing:read"])), params(("id" = PlanId, Path), QuoteOptions), responses((status = 200, description = "The candidate prices", body = QuoteExplanation)))]
#[get("/plans/{id}/quote/explained")]
pub async fn explain(
    caller: Caller<PricingRead>,
    id: Id<PlanId>,
    options: Options<QuoteOptions>,
) -> Result<Json<QuoteExplanation>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::explain(conn, actor, id.0, &options.0, now))
        .await
        .map(Json)
}

/// Show a price.
#[utoipa::path(tag = "catalog/pricing", security(("bearer" = ["pricing:read"])), params(("id" = PriceId, Path)), responses((status = 200, description = "The price", body = Price)))]
#[get("/pricing/{id}")]
pub async fn show(caller: Caller<PricingRead>, id: Id<PriceId>) -> Result<Tagged<Price>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Create a price. An earlier price without an end ends when this one begins.
#[utoipa::path(tag = "catalog/pricing", security(("bearer" = ["pricing:write"])), request_body = NewPrice, responses((status = 201, description = "Created", body = Price)))]
#[post("/pricing")]
pub async fn create(caller: Caller<PricingWrite>, new: Valid<NewPrice>) -> Result<Created<Price>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::create(tx, actor, new.into_inner(), now))
        .await
        .map(Created)
}

/// Change a scheduled price, or the end of an active price.
#[utoipa::path(tag = "catalog/pricing", security(("bearer" = ["pricing:write"])), params(("id" = PriceId, Path), ("If-Match" = String, Header)), request_body = EditPrice, responses((status = 200, description = "The price", body = Price)))]
#[patch("/pricing/{id}")]
pub async fn edit(
    caller: Caller<PricingWrite>,
    id: Id<PriceId>,
    version: IfMatch,
    edit: Valid<EditPrice>,
) -> Result<Tagged<Price>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit, now))
        .await
        .map(Tagged)
}

/// End an active price now, or delete a scheduled price.
#[utoipa::path(tag = "catalog/pricing", security(("bearer" = ["pricing:write"])), params(("id" = PriceId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Ended")))]
#[delete("/pricing/{id}")]
pub async fn remove(
    caller: Caller<PricingWrite>,
    id: Id<PriceId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::end(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}
