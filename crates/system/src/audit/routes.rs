//! The record over HTTP.

use super::{check, query};
use actix_web::{get, post};
use platform::{Caller, Id, Json, Maybe, Result, Tagged, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    AuditId,
    permission::needs::AuditRead,
    system::audit::{AuditEntry, AuditVerdict, VerifyAudit},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(verify)
        .service(show);
}

listing!(AuditEntry, "/audit", export "/audit/export", tag "system/audit", needs AuditRead = "audit:read", from query::page);

/// Show an entry.
#[utoipa::path(
    tag = "system/audit", security(("bearer" = ["audit:read"])), params(("id" = AuditId, Path)),
    responses((status = 200, description = "The entry", body = AuditEntry)),
)]
#[get("/audit/{id}")]
pub async fn show(caller: Caller<AuditRead>, id: Id<AuditId>) -> Result<Tagged<AuditEntry>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Check that the record is whole: nothing changed, taken away, added or put in another order.
///
/// The chain is compared with the head that was exported last, and with one that you noted. On a long record this
/// takes a while: about a minute for a million entries.
#[utoipa::path(
    tag = "system/audit", security(("bearer" = ["audit:read"])), request_body = Option<VerifyAudit>,
    responses((status = 200, description = "What was found", body = AuditVerdict)),
)]
#[post("/audit/verify")]
pub async fn verify(
    caller: Caller<AuditRead>,
    asked: Maybe<VerifyAudit>,
) -> Result<Json<AuditVerdict>> {
    check::for_caller(caller, asked.0.noted()).await.map(Json)
}
