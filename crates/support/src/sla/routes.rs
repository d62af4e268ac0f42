//! The policy over HTTP.

use super::{query, rules};
use actix_web::{get, patch};
use platform::{Caller, IfMatch, Result, Tagged, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    permission::needs::{TicketsSetup, TicketsWrite},
    support::sla::{EditSlaPolicy, SlaPolicy},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(show).service(edit);
}

/// Show the policy of service levels: the targets, the business hours and the holidays.
#[utoipa::path(tag = "support/sla", security(("bearer" = ["tickets:write"])), responses((status = 200, description = "The policy", body = SlaPolicy)))]
#[get("/sla-policy")]
pub async fn show(caller: Caller<TicketsWrite>) -> Result<Tagged<SlaPolicy>> {
    caller.read(|conn, _| query::policy(conn)).await.map(Tagged)
}

/// Edit the policy of service levels. Running clocks are calculated again; results stay.
#[utoipa::path(tag = "support/sla", security(("bearer" = ["tickets:setup"])), params(("If-Match" = String, Header)), request_body = EditSlaPolicy, responses((status = 200, description = "The policy", body = SlaPolicy)))]
#[patch("/sla-policy")]
pub async fn edit(
    caller: Caller<TicketsSetup>,
    version: IfMatch,
    edit: Valid<EditSlaPolicy>,
) -> Result<Tagged<SlaPolicy>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, version.0, &edit))
        .await
        .map(Tagged)
}
