//! The HTTP side of cases.

use super::rules;
use actix_web::{get, post};
use platform::{Caller, Id, IfMatch, Json, RecentlyAuthenticated, Result, Tagged, Valid, listing};
use wire::{
    CaseId,
    billing::reconciliation::{Case, EscalateCase, ReconciliationRun, ResolveCase},
    permission::needs::{CasesRead, CasesWrite},
};

listing!(Case, "/reconciliation", export "/reconciliation/export", tag "billing/reconciliation", needs CasesRead = "cases:read", from rules::page);

/// Look for what does not add up, now.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), responses((status = 200, description = "What was found", body = ReconciliationRun)))]
#[post("/reconciliation/check")]
pub async fn check(caller: Caller<CasesWrite>) -> Result<Json<ReconciliationRun>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::check_now(tx, actor, now))
        .await
        .map(Json)
}

/// Show a case.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:read"])), params(("id" = CaseId, Path)), responses((status = 200, description = "The case", body = Case)))]
#[get("/reconciliation/{id}")]
pub async fn show(caller: Caller<CasesRead>, id: Id<CaseId>) -> Result<Tagged<Case>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Take a case up, for 15 minutes. Nobody else can act on it meanwhile.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path)),
    responses((status = 200, description = "It is yours", body = Case), (status = 409, description = "Somebody else has it, or it is resolved")))]
#[post("/reconciliation/{id}/claim")]
pub async fn claim(caller: Caller<CasesWrite>, id: Id<CaseId>) -> Result<Tagged<Case>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::claim(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Lay a case back.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path)), responses((status = 200, description = "It is anybody's again", body = Case)))]
#[post("/reconciliation/{id}/release")]
pub async fn release(caller: Caller<CasesWrite>, id: Id<CaseId>) -> Result<Tagged<Case>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::release(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Call for help with a case that one has.
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
        .write(move |tx, actor| rules::escalate(tx, actor, (id.0, version.0), &why.reason, now))
        .await
        .map(Tagged)
}

/// Put a case right that one has. Asks for a confirmation of who one is.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path), ("If-Match" = String, Header)), request_body = ResolveCase,
    responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Resolved", body = Case), (status = 409, description = "It is not yours, or the act is refused")))]
#[post("/reconciliation/{id}/resolve")]
pub async fn resolve(
    caller: RecentlyAuthenticated<CasesWrite>,
    id: Id<CaseId>,
    version: IfMatch,
    how: Valid<ResolveCase>,
) -> Result<Tagged<Case>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::resolve(tx, actor, &ctx, (id.0, version.0), &how))
        .await
        .map(Tagged)
}
