//! The HTTP side of cases.

use super::{claim as rules, view};
use actix_web::{get, post};
use platform::{Caller, Id, IfMatch, Result, Tagged, Valid, listing};
use wire::{
    CaseId,
    billing::reconciliation::{Case, EscalateCase},
    permission::needs::{CasesRead, CasesWrite},
};

listing!(Case, "/reconciliation", export "/reconciliation/export", tag "billing/reconciliation", needs CasesRead = "cases:read", from view::page);

/// Show a case.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:read"])), params(("id" = CaseId, Path)), responses((status = 200, description = "The case", body = Case)))]
#[get("/reconciliation/{id}")]
pub async fn show(caller: Caller<CasesRead>, id: Id<CaseId>) -> Result<Tagged<Case>> {
    caller
        .read(move |conn, actor| view::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Claim a case for 15 minutes. Other people cannot resolve it meanwhile.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path)),
    responses((status = 200, description = "Claimed", body = Case), (status = 409, description = "Another person has claimed it, or it is resolved")))]
#[post("/reconciliation/{id}/claim")]
pub async fn claim(caller: Caller<CasesWrite>, id: Id<CaseId>) -> Result<Tagged<Case>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::claim(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Release a claimed case.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path)), responses((status = 200, description = "Released", body = Case)))]
#[post("/reconciliation/{id}/release")]
pub async fn release(caller: Caller<CasesWrite>, id: Id<CaseId>) -> Result<Tagged<Case>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::release(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Escalate a claimed case.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path), ("If-Match" = String, Header)), request_body = EscalateCase,
    responses((status = 200, description = "Escalated", body = Case)))]
#[post("/reconciliation/{id}/escalate")]
pub async fn escalate(
    caller: Caller<CasesWrite>,
    id: Id<CaseId>,
    version: IfMatch,
    why: Valid<EscalateCase>,
) -> Result<Tagged<Case>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::escalate(tx, actor, id.0, version.0, &why.reason, now))
        .await
        .map(Tagged)
}
