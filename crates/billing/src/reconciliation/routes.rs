//! The HTTP side of the reconciliation: the check and the resolution of cases.

use super::{check::check_now, resolve as rules};
use actix_web::post;
use platform::{Caller, Id, IfMatch, Json, RecentlyAuthenticated, Result, Tagged, Valid};
use wire::{
    CaseId,
    billing::reconciliation::{Case, ReconciliationRun, ResolveCase},
    permission::needs::CasesWrite,
};

/// Check for discrepancies now.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), responses((status = 200, description = "The number of cases that were opened and resolved", body = ReconciliationRun)))]
#[post("/reconciliation/check")]
pub async fn check(caller: Caller<CasesWrite>) -> Result<Json<ReconciliationRun>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| check_now(tx, actor, now))
        .await
        .map(Json)
}

/// Resolve a claimed case by an action. Requires a recent confirmation of your identity.
#[utoipa::path(tag = "billing/reconciliation", security(("bearer" = ["cases:write"])), params(("id" = CaseId, Path), ("If-Match" = String, Header)), request_body = ResolveCase,
    responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Resolved", body = Case), (status = 409, description = "You have not claimed it, or the action was rejected")))]
#[post("/reconciliation/{id}/resolve")]
pub async fn resolve(
    caller: RecentlyAuthenticated<CasesWrite>,
    id: Id<CaseId>,
    version: IfMatch,
    how: Valid<ResolveCase>,
) -> Result<Tagged<Case>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::resolve(tx, actor, &ctx, id.0, version.0, &how))
        .await
        .map(Tagged)
}
