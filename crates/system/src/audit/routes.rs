//! HTTP routes of the audit log.

use super::{check, query};
use actix_web::{get, post};
use platform::{Caller, Id, Json, OptionalBody, Result, Tagged, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    AuditId,
    permission::needs::AuditRead,
    system::audit::{AuditEntry, AuditVerification, VerifyAudit},
};

/// Registers the routes.
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

/// Verify the audit log: no entry was changed, removed, inserted or reordered.
///
/// Compares the chain with the head that was exported last, and with a head that you have noted. Takes about a minute for a
/// million entries.
#[utoipa::path(
    tag = "system/audit", security(("bearer" = ["audit:read"])), request_body = Option<VerifyAudit>,
    responses((status = 200, description = "The result of the verification", body = AuditVerification)),
)]
#[post("/audit/verify")]
pub async fn verify(
    caller: Caller<AuditRead>,
    request: OptionalBody<VerifyAudit>,
) -> Result<Json<AuditVerification>> {
    check::for_caller(caller, request.0.parsed_head())
        .await
        .map(Json)
}
