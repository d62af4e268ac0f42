//! The HTTP side of claims on providers.

use crate::refunds::{query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Result, Tagged, Valid, listing};
use wire::{
    SupplierClaimId,
    billing::refunds::{CloseSupplierClaim, SupplierClaim, SupplierClaimState},
    permission::needs::RefundsDecide,
};

listing!(SupplierClaim, "/supplier-claims", export "/supplier-claims/export", tag "billing/supplier_claims", needs CostsRead = "costs:read", from query::claims_page);

/// Note that a provider has accepted a claim.
#[utoipa::path(tag = "billing/supplier_claims", security(("bearer" = ["refunds:decide"])), params(("id" = SupplierClaimId, Path)), request_body = CloseSupplierClaim, responses((status = 200, description = "Accepted", body = SupplierClaim)))]
#[post("/supplier-claims/{id}/accept")]
pub async fn accept(
    caller: Caller<RefundsDecide>,
    id: Id<SupplierClaimId>,
    said: Valid<CloseSupplierClaim>,
) -> Result<Tagged<SupplierClaim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let said = (SupplierClaimState::Accepted, said.note.as_deref());
            rules::close(tx, actor, id.0, said, now)
        })
        .await
        .map(Tagged)
}

/// Note that a provider has rejected a claim: what it charged is lost.
#[utoipa::path(tag = "billing/supplier_claims", security(("bearer" = ["refunds:decide"])), params(("id" = SupplierClaimId, Path)), request_body = CloseSupplierClaim, responses((status = 200, description = "Rejected", body = SupplierClaim)))]
#[post("/supplier-claims/{id}/reject")]
pub async fn reject(
    caller: Caller<RefundsDecide>,
    id: Id<SupplierClaimId>,
    said: Valid<CloseSupplierClaim>,
) -> Result<Tagged<SupplierClaim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let said = (SupplierClaimState::Rejected, said.note.as_deref());
            rules::close(tx, actor, id.0, said, now)
        })
        .await
        .map(Tagged)
}
