//! The HTTP side of claims on providers.

use crate::refunds::{query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Result, Tagged, Valid, listing};
use wire::{
    ClaimId,
    billing::refunds::{ClaimState, CloseClaim, SupplierClaim},
    permission::needs::RefundsDecide,
};

listing!(SupplierClaim, "/claims", export "/claims/export", tag "billing/claims", needs CostsRead = "costs:read", from query::claims_page);

/// Note that a provider has accepted a claim.
#[utoipa::path(tag = "billing/claims", security(("bearer" = ["refunds:decide"])), params(("id" = ClaimId, Path)), request_body = CloseClaim, responses((status = 200, description = "Accepted", body = SupplierClaim)))]
#[post("/claims/{id}/accept")]
pub async fn accept(
    caller: Caller<RefundsDecide>,
    id: Id<ClaimId>,
    said: Valid<CloseClaim>,
) -> Result<Tagged<SupplierClaim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let said = (ClaimState::Accepted, said.note.as_deref());
            rules::close(tx, actor, id.0, said, now)
        })
        .await
        .map(Tagged)
}

/// Note that a provider has rejected a claim: what it charged is lost.
#[utoipa::path(tag = "billing/claims", security(("bearer" = ["refunds:decide"])), params(("id" = ClaimId, Path)), request_body = CloseClaim, responses((status = 200, description = "Rejected", body = SupplierClaim)))]
#[post("/claims/{id}/reject")]
pub async fn reject(
    caller: Caller<RefundsDecide>,
    id: Id<ClaimId>,
    said: Valid<CloseClaim>,
) -> Result<Tagged<SupplierClaim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let said = (ClaimState::Rejected, said.note.as_deref());
            rules::close(tx, actor, id.0, said, now)
        })
        .await
        .map(Tagged)
}
