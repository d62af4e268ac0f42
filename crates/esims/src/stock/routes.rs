//! The stock and its thresholds over HTTP.

use super::{query, rules};
use actix_web::{delete, get, patch, post};
use platform::{Caller, Created, Id, IfMatch, Json, NoContent, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{StockThresholdId, esims::stock::*, permission::needs::*};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(overview)
        .service(list)
        .service(export)
        .service(create)
        .service(show)
        .service(edit)
        .service(remove);
}

listing!(StockThreshold, "/stock-thresholds", export "/stock-thresholds/export", tag "esims/stock", needs StockRead = "stock:read", from query::page);

/// Show the stock by plan and provider, and how many days it lasts at the rate of the last 30 days.
#[utoipa::path(tag = "esims/stock", security(("bearer" = ["stock:read"])), responses((status = 200, description = "The stock", body = StockOverview)))]
#[get("/stock")]
async fn overview(caller: Caller<StockRead>) -> Result<Json<StockOverview>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| rules::overview(conn, now))
        .await
        .map(Json)
}

/// Show a stock threshold.
#[utoipa::path(tag = "esims/stock", security(("bearer" = ["stock:read"])), params(("id" = StockThresholdId, Path)), responses((status = 200, description = "The threshold", body = StockThreshold)))]
#[get("/stock-thresholds/{id}")]
async fn show(
    caller: Caller<StockRead>,
    id: Id<StockThresholdId>,
) -> Result<Tagged<StockThreshold>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Create a stock threshold. The stock is reported as low once, when it falls below the minimum.
#[utoipa::path(tag = "esims/stock", security(("bearer" = ["stock:write"])), request_body = NewStockThreshold, responses((status = 201, description = "Created", body = StockThreshold)))]
#[post("/stock-thresholds")]
async fn create(
    caller: Caller<StockWrite>,
    new: Valid<NewStockThreshold>,
) -> Result<Created<StockThreshold>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Edit a stock threshold.
#[utoipa::path(tag = "esims/stock", security(("bearer" = ["stock:write"])), params(("id" = StockThresholdId, Path), ("If-Match" = String, Header)), request_body = EditStockThreshold, responses((status = 200, description = "The threshold", body = StockThreshold)))]
#[patch("/stock-thresholds/{id}")]
async fn edit(
    caller: Caller<StockWrite>,
    id: Id<StockThresholdId>,
    version: IfMatch,
    edit: Valid<EditStockThreshold>,
) -> Result<Tagged<StockThreshold>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Delete a stock threshold.
#[utoipa::path(tag = "esims/stock", security(("bearer" = ["stock:write"])), params(("id" = StockThresholdId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/stock-thresholds/{id}")]
async fn remove(
    caller: Caller<StockWrite>,
    id: Id<StockThresholdId>,
    version: IfMatch,
) -> Result<NoContent> {
    caller
        .write(move |tx, actor| rules::delete(tx, actor, id.0, version.0))
        .await
        .map(|()| NoContent)
}
