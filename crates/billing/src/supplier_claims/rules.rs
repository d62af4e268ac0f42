//! Decisions about claims on providers.

use super::query;
use crate::refunds::query::order_of;
use chrono::{DateTime, Utc};
use integrations::allocations;
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{
    SupplierClaimId,
    billing::refunds::{SupplierClaim, SupplierClaimState},
    system::audit::AuditAction,
};

/// Records the answer of a provider. An accepted claim reverses the charge, and a rejected claim is a loss.
pub fn close(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SupplierClaimId,
    state: SupplierClaimState,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<SupplierClaim> {
    let claim = query::find(tx.conn(), id)?;
    query::close(tx, id, state, note, now)?;
    if let (SupplierClaimState::Accepted, Some(esim)) = (state, claim.esim_id) {
        let refunded = order_of(tx.conn(), claim.refund_id)?;
        if let Some(order) = refunded {
            allocations::reverse(tx, claim.provider_id, order, esim)?;
        }
    }
    let action = match state {
        SupplierClaimState::Accepted => AuditAction::SupplierClaimAccept,
        _ => AuditAction::SupplierClaimReject,
    };
    audit::record(tx, actor, AuditEvent::new(action, id).with_reason(note))?;
    query::find(tx.conn(), id)
}
