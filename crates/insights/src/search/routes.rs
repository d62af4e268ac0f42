//! HTTP routes of the search.

use super::rules;
use actix_web::get;
use platform::{Caller, Json, Options, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    insights::search::{SearchQuery, SearchResults},
    permission::needs::SearchUse,
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(find);
}

/// Find people, eSIMs, orders, payments, plans, providers and API clients.
///
/// Returns up to five results of each kind, exact matches first, and none for fewer than two characters. Kinds that the
/// caller may not see are left out, and personal data is masked as in other responses.
#[utoipa::path(
    tag = "insights/search", security(("bearer" = ["search:use"])), params(SearchQuery),
    responses((status = 200, description = "The search results", body = SearchResults)),
)]
#[get("/search")]
pub async fn find(
    caller: Caller<SearchUse>,
    options: Options<SearchQuery>,
) -> Result<Json<SearchResults>> {
    caller
        .read(move |conn, actor| rules::find(conn, actor, &options.0))
        .await
        .map(Json)
}
