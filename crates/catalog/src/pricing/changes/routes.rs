//! Bulk price changes over HTTP.

use super::{query, rules};
use wire::{
    PriceChangeId,
    catalog::pricing::{NewPriceChange, PriceChange, PriceChangeOptions, PriceChangeReport},
    permission::needs::{CostsRead, PricingWrite},
};

use actix_web::{get, post};
use platform::{Caller, Id, Json, Options, Result, Tagged, Valid, listing};

listing!(PriceChange, "/pricing/changes", export "/pricing/changes/export", tag "catalog/changes", needs CostsRead = "costs:read", from query::page);

/// Show a bulk price change.
#[utoipa::path(tag = "catalog/changes", security(("bearer" = ["costs:read"])), params(("id" = PriceChangeId, Path)), responses((status = 200, description = "The change", body = PriceChange)))]
#[get("/pricing/changes/{id}")]
pub async fn show(caller: Caller<CostsRead>, id: Id<PriceChangeId>) -> Result<Tagged<PriceChange>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Change many prices by a percentage, an amount or a markup, rounded: all prices or none.
///
/// A dry run shows every price before and after, its margin, and the revenue of the orders of the last 30 days at the
/// new prices. A real run with an invalid price is rejected.
#[utoipa::path(tag = "catalog/changes", security(("bearer" = ["pricing:write"])), params(PriceChangeOptions), request_body = NewPriceChange,
    responses((status = 200, description = "The result, or the preview of a dry run", body = PriceChangeReport)))]
#[post("/pricing/changes")]
pub async fn create(
    caller: Caller<PricingWrite>,
    options: Options<PriceChangeOptions>,
    new: Valid<NewPriceChange>,
) -> Result<Json<PriceChangeReport>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::run(tx, actor, &new, &options.0, now))
        .await
        .map(Json)
}

/// Undo a bulk price change: its prices end now, and the replaced prices apply again. The request is rejected if one of
/// the prices was changed since.
#[utoipa::path(tag = "catalog/changes", security(("bearer" = ["pricing:write"])), params(("id" = PriceChangeId, Path)), responses((status = 200, description = "Undone", body = PriceChange)))]
#[post("/pricing/changes/{id}/undo")]
pub async fn undo(
    caller: Caller<PricingWrite>,
    id: Id<PriceChangeId>,
) -> Result<Tagged<PriceChange>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::undo(tx, actor, id.0, now))
        .await
        .map(Tagged)
}
