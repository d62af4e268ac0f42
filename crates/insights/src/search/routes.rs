//! Finding over HTTP.

use super::rules;
use actix_web::get;
use platform::{Caller, Json, Options, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    insights::search::{Found, SearchFor},
    permission::needs::SearchUse,
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(find);
}

/// Find people, eSIMs, orders, payments, plans, providers and API clients.
///
/// Five of each kind at most, exact hits first; nothing for fewer than two characters. Kinds that the caller may not
/// see are left out, and personal data is masked as everywhere.
#[utoipa::path(
    tag = "insights/search", security(("bearer" = ["search:use"])), params(SearchFor),
    responses((status = 200, description = "What was found", body = Found)),
)]
#[get("/search")]
pub async fn find(caller: Caller<SearchUse>, options: Options<SearchFor>) -> Result<Json<Found>> {
    caller
        .read(move |conn, actor| rules::find(conn, actor, &options.0))
        .await
        .map(Json)
}
