//! Usage over HTTP.

use super::{jobs, query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Json, Options, Result, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{EsimId, esims::usage::*, permission::needs::*};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(record)
        .service(show)
        .service(refresh);
}

listing!(MonitoredEsim, "/usage", export "/usage/export", tag "esims/usage", needs EsimsRead = "esims:read", from query::page);

/// Record readings of usage counters, 1,000 at most.
///
/// A counter is cumulative over its period: a reading below the last one changes nothing and is kept as an anomaly. A reading
/// that is sent again with the same event ID is reported as a duplicate. Every reading has a result of its own.
#[utoipa::path(
    tag = "esims/usage", security(("bearer" = ["usage:write"])), request_body = NewReadings,
    responses((status = 200, description = "One result per reading", body = ReadingResults)),
)]
#[post("/usage")]
async fn record(
    caller: Caller<UsageWrite>,
    new: Valid<NewReadings>,
) -> Result<Json<ReadingResults>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::record_request(tx, actor, &new, now))
        .await
        .map(Json)
}

/// Show the usage of an eSIM: its bundles, the forecast, and the used data by day and place.
#[utoipa::path(
    tag = "esims/usage", security(("bearer" = ["esims:read"])), params(("id" = EsimId, Path), UsageOptions),
    responses((status = 200, description = "The usage", body = EsimUsage)),
)]
#[get("/esims/{id}/usage")]
async fn show(
    caller: Caller<EsimsRead>,
    id: Id<EsimId>,
    options: Options<UsageOptions>,
) -> Result<Json<EsimUsage>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0, &options.0, now))
        .await
        .map(Json)
}

/// Ask the provider of an eSIM for the current usage. The answer is recorded when it arrives; show the usage again to see it.
#[utoipa::path(
    tag = "esims/usage", security(("bearer" = ["usage:refresh"])), params(("id" = EsimId, Path)),
    responses((status = 200, description = "The usage as it is known now", body = EsimUsage)),
)]
#[post("/esims/{id}/usage/refresh")]
async fn refresh(caller: Caller<UsageRefresh>, id: Id<EsimId>) -> Result<Json<EsimUsage>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            jobs::poll_now(tx, actor, id.0, now)?;
            rules::show(tx.conn(), actor, id.0, &UsageOptions::default(), now)
        })
        .await
        .map(Json)
}
