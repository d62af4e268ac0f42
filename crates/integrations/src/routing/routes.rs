//! HTTP routes of the router.

use super::{query, rules};
use wire::{PlanId, integrations::routing::RoutingDecision, permission::needs::ProvidersRead};

use actix_web::{get, web::Json};
use platform::{Caller, Id, Result};

/// Show which provider would supply a plan now, and why. Nothing is ordered.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:read"])), params(("id" = PlanId, Path)), responses((status = 200, description = "The decision", body = RoutingDecision)))]
#[get("/plans/{id}/routing")]
pub async fn routing(
    caller: Caller<ProvidersRead>,
    id: Id<PlanId>,
) -> Result<Json<RoutingDecision>> {
    let ctx = caller.ctx().clone();
    caller
        .read(move |conn, _| {
            let (limits, now) = (query::Limits::of(&ctx), ctx.clock.now());
            let candidates = query::simulate(conn, &limits, id.0, now)?;
            Ok(rules::decide(&candidates, now))
        })
        .await
        .map(Json)
}
