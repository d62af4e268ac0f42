//! The assignment to another customer over HTTP.

use super::rules;
use actix_web::post;
use platform::{Caller, Id, IfMatch, Result, Tagged, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    EsimId,
    esims::{inventory::Esim, sharing::ReassignEsim},
    permission::needs::EsimsReassign,
};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(reassign);
}

/// Assign an eSIM to another customer. Its orders and payments stay with the buyer; its share links are revoked.
#[utoipa::path(tag = "esims/inventory", security(("bearer" = ["esims:reassign"])), params(("id" = EsimId, Path), ("If-Match" = String, Header)), request_body = ReassignEsim, responses((status = 200, description = "The eSIM", body = Esim)))]
#[post("/esims/{id}/reassign")]
async fn reassign(
    caller: Caller<EsimsReassign>,
    id: Id<EsimId>,
    version: IfMatch,
    body: Valid<ReassignEsim>,
) -> Result<Tagged<Esim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::reassign(tx, actor, id.0, version.0, &body, now))
        .await
        .map(Tagged)
}
