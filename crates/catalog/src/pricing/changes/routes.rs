//! Changes of many prices over HTTP.

use super::{query, rules};
use wire::{
    PriceChangeId,
    catalog::pricing::{NewPriceChange, PriceChange, PriceChangeOptions, PriceChangeReport},
    permission::needs::{CostsRead, PricingWrite},
};

use actix_web::{get, post};
use platform::{Caller, Id, Json, Options, Result, Tagged, Valid, listing};

listing!(PriceChange, "/pricing/changes", export "/pricing/changes/export", tag "catalog/changes", needs CostsRead = "costs:read", from query::page);

/// Show a change of many prices.
#[utoipa::path(tag = "catalog/changes", security(("bearer" = ["costs:read"])), params(("id" = PriceChangeId, Path)), responses((status = 200, description = "The change", body = PriceChange)))]
#[get("/pricing/changes/{id}")]
pub async fn show(caller: Caller<CostsRead>, id: Id<PriceChangeId>) -> Result<Tagged<PriceChange>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Change many prices by a percentage, an amount or a markup, rounded: all of them or none.
///
/// A dry run shows every price before and after, what it would leave, and what the orders of the last 30 days would
/// have brought. A real run with a refused price is refused as a whole.
#[utoipa::path(tag = "catalog/changes", security(("bearer" = ["pricing:write"])), params(PriceChangeOptions), request_body = NewPriceChange,
    responses((status = 200, description = "What was changed, or would be", body = PriceChangeReport)))]
#[post("/pricing/changes")]
pub async fn create(
    caller: Caller<PricingWrite>,
    options: Options<PriceChangeOptions>,
    new: Valid<NewPriceChange>,
) -> Result<Json<PriceChangeReport>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::run(tx, actor, (&new, &options.0), now))
        .await
        .map(Json)
}

/// Take a change back: its prices end now, and those that they replaced hold again. Refused when somebody has changed
/// one of them since.
#[utoipa::path(tag = "catalog/changes", security(("bearer" = ["pricing:write"])), params(("id" = PriceChangeId, Path)), responses((status = 200, description = "Taken back", body = PriceChange)))]
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
