//! The record over HTTP.

use super::query;
use actix_web::get;
use platform::{Caller, Id, Result, Tagged, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{AuditId, permission::needs::AuditRead, system::audit::AuditEntry};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list).service(export).service(show);
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
