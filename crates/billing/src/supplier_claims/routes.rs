//! The HTTP side of claims on providers.

use super::{query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Result, Tagged, Valid, listing};
use wire::{
    SupplierClaimId,
    billing::refunds::{CloseSupplierClaim, SupplierClaim, SupplierClaimState},
    permission::needs::RefundsDecide,
};

listing!(SupplierClaim, "/supplier-claims", export "/supplier-claims/export", tag "billing/supplier_claims", needs CostsRead = "costs:read", from query::page);

/// Record that a provider has accepted a claim.
#[utoipa::path(tag = "billing/supplier_claims", security(("bearer" = ["refunds:decide"])), params(("id" = SupplierClaimId, Path)), request_body = CloseSupplierClaim, responses((status = 200, description = "Accepted", body = SupplierClaim)))]
#[post("/supplier-claims/{id}/accept")]
pub async fn accept(
    caller: Caller<RefundsDecide>,
    id: Id<SupplierClaimId>,
    body: Valid<CloseSupplierClaim>,
) -> Result<Tagged<SupplierClaim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            rules::close(
                tx,
                actor,
                id.0,
                SupplierClaimState::Accepted,
                body.note.as_deref(),
                now,
            )
        })
        .await
        .map(Tagged)
}

/// Record that a provider has rejected a claim. The charge is a loss.
#[utoipa::path(tag = "billing/supplier_claims", security(("bearer" = ["refunds:decide"])), params(("id" = SupplierClaimId, Path)), request_body = CloseSupplierClaim, responses((status = 200, description = "Rejected", body = SupplierClaim)))]
#[post("/supplier-claims/{id}/reject")]
pub async fn reject(
    caller: Caller<RefundsDecide>,
    id: Id<SupplierClaimId>,
    body: Valid<CloseSupplierClaim>,
) -> Result<Tagged<SupplierClaim>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            rules::close(
                tx,
                actor,
                id.0,
                SupplierClaimState::Rejected,
                body.note.as_deref(),
                now,
            )
        })
        .await
        .map(Tagged)
}
