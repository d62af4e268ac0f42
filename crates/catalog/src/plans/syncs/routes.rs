//! Comparisons of price lists over HTTP.

use super::{query, rules};
use wire::{
    SyncId,
    catalog::plans::{PriceListSync, PublishSync, SyncOptions},
    permission::needs::{CostsRead, PlansWrite},
};

use actix_web::{get, post};
use platform::{Caller, Created, Id, IfMatch, Options, Result, Tagged, Upload, Valid, listing};

listing!(PriceListSync, "/price-list-syncs", export "/price-list-syncs/export", tag "catalog/syncs", needs CostsRead = "costs:read", from query::page);

/// Show a comparison, with every package that is not as we have it.
#[utoipa::path(tag = "catalog/syncs", security(("bearer" = ["costs:read"])), params(("id" = SyncId, Path)), responses((status = 200, description = "The comparison", body = PriceListSync)))]
#[get("/price-list-syncs/{id}")]
pub async fn show(caller: Caller<CostsRead>, id: Id<SyncId>) -> Result<Tagged<PriceListSync>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Compare a provider's price list with what we sell. Nothing is published by this; an older open comparison of the
/// same provider is discarded.
#[utoipa::path(tag = "catalog/syncs", security(("bearer" = ["plans:write"])), params(SyncOptions),
    request_body(content((Vec<serde_json::Value> = "application/json"), (String = "text/csv"))),
    responses((status = 201, description = "Compared", body = PriceListSync)))]
#[post("/price-list-syncs")]
pub async fn create(
    caller: Caller<PlansWrite>,
    options: Options<SyncOptions>,
    body: Upload,
) -> Result<Created<PriceListSync>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::compare(tx, actor, (&options.0, &body), now))
        .await
        .map(Created)
}

/// Publish packages of a comparison: plans, offers and prices at once, all of the chosen ones or none. Refused when one
/// of them would mean something else by now.
#[utoipa::path(tag = "catalog/syncs", security(("bearer" = ["plans:write"])), params(("id" = SyncId, Path), ("If-Match" = String, Header)), request_body = PublishSync, responses((status = 200, description = "Published", body = PriceListSync)))]
#[post("/price-list-syncs/{id}/publish")]
pub async fn publish(
    caller: Caller<PlansWrite>,
    id: Id<SyncId>,
    version: IfMatch,
    chosen: Valid<PublishSync>,
) -> Result<Tagged<PriceListSync>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::publish(tx, actor, (id.0, version.0), &chosen, now))
        .await
        .map(Tagged)
}

/// Discard a comparison. Nothing of it is published.
#[utoipa::path(tag = "catalog/syncs", security(("bearer" = ["plans:write"])), params(("id" = SyncId, Path), ("If-Match" = String, Header)), responses((status = 200, description = "Discarded", body = PriceListSync)))]
#[post("/price-list-syncs/{id}/discard")]
pub async fn discard(
    caller: Caller<PlansWrite>,
    id: Id<SyncId>,
    version: IfMatch,
) -> Result<Tagged<PriceListSync>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::discard(tx, actor, (id.0, version.0), now))
        .await
        .map(Tagged)
}
