//! HTTP routes of analytics.

use super::rules;
use actix_web::{get, post};
use platform::{Caller, Json, Options, Result, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    insights::analytics::{
        EventCountOptions, EventCounts, EventResults, Funnel, FunnelOptions, NewEvents,
    },
    permission::needs::{AnalyticsRead, EventsWrite},
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(record);
    config.service(counts);
    config.service(funnel);
}

/// Record up to 100 analytics events.
///
/// An event whose ID is known is not recorded again, so a batch can be sent again after a lost response. Events of test
/// customers are not recorded.
#[utoipa::path(tag = "insights/analytics", security(("bearer" = ["events:write"])), request_body = NewEvents, responses((status = 200, description = "The result", body = EventResults)))]
#[post("/events")]
pub async fn record(
    caller: Caller<EventsWrite>,
    new: Valid<NewEvents>,
) -> Result<Json<EventResults>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::record(tx, actor, &new.events, now))
        .await
        .map(Json)
}

/// Count events by type and day.
#[utoipa::path(tag = "insights/analytics", security(("bearer" = ["analytics:read"])), params(EventCountOptions), responses((status = 200, description = "The counts", body = EventCounts)))]
#[get("/analytics/events")]
pub async fn counts(
    caller: Caller<AnalyticsRead>,
    options: Options<EventCountOptions>,
) -> Result<Json<EventCounts>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| rules::counts(conn, &options.0, now))
        .await
        .map(Json)
}

/// Show how many users reach each step of a funnel.
///
/// A user enters with an event of the first step within the range. The next steps count if they are not earlier than the step
/// before and lie within the window from the entry. Of several entries of a user, the one that gets furthest counts.
#[utoipa::path(tag = "insights/analytics", security(("bearer" = ["analytics:read"])), params(FunnelOptions), responses((status = 200, description = "The funnel", body = Funnel)))]
#[get("/analytics/funnel")]
pub async fn funnel(
    caller: Caller<AnalyticsRead>,
    options: Options<FunnelOptions>,
) -> Result<Json<Funnel>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| rules::funnel(conn, &options.0, now))
        .await
        .map(Json)
}
