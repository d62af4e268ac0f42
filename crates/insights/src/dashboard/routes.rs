//! HTTP routes of the dashboard.

use super::rules;
use actix_web::get;
use platform::{Caller, Json, Options, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    insights::dashboard::{Dashboard, DashboardOptions},
    permission::needs::DashboardRead,
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(show);
}

/// Show the figures of a range of days, with the change from an earlier range.
///
/// The figures are those of the financial reports. While the range contains the present, the earlier range is compared up to
/// the same time of day.
#[utoipa::path(tag = "insights/dashboard", security(("bearer" = ["dashboard:read"])), params(DashboardOptions), responses((status = 200, description = "The figures", body = Dashboard)))]
#[get("/dashboard")]
pub async fn show(
    caller: Caller<DashboardRead>,
    options: Options<DashboardOptions>,
) -> Result<Json<Dashboard>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::dashboard(conn, actor, &options.0, now))
        .await
        .map(Json)
}
