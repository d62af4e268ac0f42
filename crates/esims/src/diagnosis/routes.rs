//! The diagnosis over HTTP.

use super::rules;
use actix_web::get;
use platform::{Caller, Id, Json, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{EsimId, esims::diagnosis::EsimDiagnosis, permission::needs::EsimsRead};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(diagnosis);
}

/// Diagnose why an eSIM has no data, from what is known here. Refresh the eSIM first to know more.
#[utoipa::path(tag = "esims/diagnosis", security(("bearer" = ["esims:read"])), params(("id" = EsimId, Path)), responses((status = 200, description = "The checks, and the likely cause", body = EsimDiagnosis)))]
#[get("/esims/{id}/diagnosis")]
async fn diagnosis(caller: Caller<EsimsRead>, id: Id<EsimId>) -> Result<Json<EsimDiagnosis>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::diagnose(conn, actor, id.0, now))
        .await
        .map(Json)
}
