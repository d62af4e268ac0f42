//! What providers say to our claims.

use crate::refunds::query;
use chrono::{DateTime, Utc};
use integrations::allocations;
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{
    SupplierClaimId,
    billing::refunds::{SupplierClaim, SupplierClaimState},
};

/// Notes what a provider said. What it takes back, it has not charged; what it rejects is our loss.
pub fn close(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SupplierClaimId,
    (state, note): (SupplierClaimState, Option<&str>),
    now: DateTime<Utc>,
) -> Result<SupplierClaim> {
    let claim = query::claim(tx.conn(), id)?;
    query::close_claim(tx, id, (state, note), now)?;
    if let (SupplierClaimState::Accepted, Some(esim)) = (state, claim.esim_id) {
        let refunded = query::order_of(tx.conn(), claim.refund_id)?;
        if let Some(order) = refunded {
            allocations::reverse(tx, claim.provider_id, order, esim)?;
        }
    }
    let action = match state {
        SupplierClaimState::Accepted => "claim.accept",
        _ => "claim.reject",
    };
    audit::record(
        tx,
        actor,
        AuditEvent::new(action, "supplier_claim", id.0).with_reason(note),
    )?;
    query::claim(tx.conn(), id)
}
