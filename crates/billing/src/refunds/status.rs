//! Changes of a refund's status.

use super::query::{self, RefundRow};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    events,
};
use serde_json::json;
use wire::{
    ProblemCode, RefundId, UserId,
    billing::refunds::{RefundApprovalState, RefundStatus},
    system::audit::AuditAction,
};

/// A decision about a requested refund.
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    /// Who decided.
    pub by: Option<UserId>,
    /// The reason of a rejection.
    pub reason: Option<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A change of a refund's status.
pub enum RefundChange<'a> {
    /// The money was paid out, under a reference of the gateway or the bank.
    Processed {
        /// The reference.
        reference: &'a str,
        /// When.
        at: DateTime<Utc>,
        /// Whether the payment is refunded in full with it.
        is_full: bool,
    },
    /// The gateway rejected the refund, for this reason.
    Failed(&'a str),
    /// A person rejected the request, or the request was withdrawn. The status is `failed`, with the approval state
    /// `rejected`.
    Rejected(Decision<'a>),
    /// A refund that the gateway rejected is sent again.
    Retried,
}

impl RefundChange<'_> {
    const fn to(&self) -> RefundStatus {
        match self {
            Self::Processed { .. } => RefundStatus::Processed,
            Self::Failed(_) | Self::Rejected(_) => RefundStatus::Failed,
            Self::Retried => RefundStatus::Pending,
        }
    }

    /// Returns the approval state that a refund needs for the change.
    const fn approval(&self) -> RefundApprovalState {
        match self {
            Self::Rejected(_) => RefundApprovalState::Requested,
            Self::Processed { .. } | Self::Failed(_) | Self::Retried => {
                RefundApprovalState::Approved
            }
        }
    }
}

/// Changes the status of a refund and writes the audit event. Rejects a change that the status or the approval state
/// does not allow.
pub fn transition(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    change: &RefundChange<'_>,
) -> Result<()> {
    let row = query::lock(tx, id)?.ok_or_else(Error::not_found)?;
    if !row.status.can_become(change.to()) || row.approval_state != change.approval() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!(
                "The refund is {} and {} already.",
                row.approval_state, row.status
            ),
        ));
    }
    let act = match change {
        RefundChange::Processed {
            reference,
            at,
            is_full,
        } => {
            query::set_processed(tx, id, reference, *at)?;
            events::record_refund(tx, id, *at)?;
            AuditEvent::new(AuditAction::RefundProcess, id).with_change(processed(&row, *is_full))
        }
        RefundChange::Failed(reason) => {
            query::set_failed(tx, id, reason)?;
            AuditEvent::new(AuditAction::RefundFail, id).with_reason(Some(reason))
        }
        RefundChange::Rejected(decision) => {
            query::decide(tx, id, RefundApprovalState::Rejected, *decision)?;
            AuditEvent::new(AuditAction::RefundReject, id).with_reason(decision.reason)
        }
        RefundChange::Retried => {
            query::set_retried(tx, id)?;
            AuditEvent::new(AuditAction::RefundRetry, id)
        }
    };
    audit::record(tx, actor, act)
}

fn processed(row: &RefundRow, is_full: bool) -> serde_json::Value {
    json!({ "transaction_id": row.transaction_id, "amount": row.amount, "currency": row.currency, "is_full": is_full })
}
