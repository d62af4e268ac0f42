//! Decisions about refunds: approving, rejecting, retrying, and confirming a payout.

use super::{
    approval_limit, eligibility,
    jobs::SendRefund,
    pay,
    request::{approve_request, check_refundable},
};
use crate::{
    orders::lock_sale_of,
    refunds::{
        Decision, RefundChange,
        query::{self, Payment, RefundRow},
        transition,
    },
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use serde_json::json;
use wire::{
    ProblemCode, RefundId,
    billing::refunds::{Refund, RefundApprovalState, RefundEligibility, RefundStatus},
    system::audit::AuditAction,
};

/// A refund in the version that the actor has seen.
#[derive(Debug, Clone, Copy)]
pub struct SeenRefund {
    /// The refund.
    pub id: RefundId,
    /// The version of the refund.
    pub version: i32,
}

/// The result of an approval.
pub enum Approval {
    /// The refund is approved.
    Approved(Box<Refund>),
    /// The sale has changed: the refund shows the new figures and has to be approved again. The text says so.
    Changed(String),
}

impl Approval {
    /// Returns the approved refund, or the problem that the sale has changed.
    pub fn into_result(self) -> Result<Refund> {
        match self {
            Self::Approved(refund) => Ok(*refund),
            Self::Changed(why) => Err(Error::with_detail(ProblemCode::Stale, why)),
        }
    }
}

/// Approves a refund in the version that the actor has seen. Where the eSIM was used since the request, or money was
/// refunded, nothing is approved: the new figures are written, and the actor has to approve again.
pub fn approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    seen: SeenRefund,
    now: DateTime<Utc>,
) -> Result<Approval> {
    let (payment, row) = lock_seen(tx, seen)?;
    check_requested(&row)?;
    approval_limit::check_approver(tx, actor, &payment, &row, now)?;
    check_refundable(&payment)?;
    let current = eligibility::calculate(tx.conn(), &payment, Some(row.id), now)?;
    let before: Option<RefundEligibility> = row
        .eligibility
        .map(serde_json::from_value)
        .transpose()
        .map_err(Error::internal)?;
    if before.is_none_or(|before| !before.agrees_with(&current)) {
        query::set_eligibility(tx, row.id, &current)?;
        let change = json!({ "recommended_amount": { "before": row.recommended_amount, "after": current.recommended_amount } });
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::RefundRecalculate, row.id).with_change(change),
        )?;
        return Ok(Approval::Changed(format!(
            "The sale has changed since the refund was requested; {} is recommended now. Review the refund again, then decide.",
            current.recommended_amount.in_currency(current.currency)
        )));
    }
    approve_request(tx, actor, row.id, now)?;
    let refund = query::find(tx.conn(), actor, seen.id)?;
    Ok(Approval::Approved(Box::new(refund)))
}

/// Rejects a requested refund, with a reason.
pub fn reject(
    tx: &mut Tx<'_>,
    actor: &Actor,
    seen: SeenRefund,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (_, row) = lock_seen(tx, seen)?;
    check_requested(&row)?;
    let decision = Decision {
        by: actor.id,
        reason: Some(reason.trim()),
        at: now,
    };
    transition(tx, actor, row.id, &RefundChange::Rejected(decision))?;
    query::find(tx.conn(), actor, row.id)
}

/// Sends a refund that the gateway rejected again.
pub fn retry(
    tx: &mut Tx<'_>,
    actor: &Actor,
    seen: SeenRefund,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (payment, row) = lock_refund(tx, seen.id)?;
    check_refundable(&payment)?;
    check_version(&row, seen)?;
    if row.status != RefundStatus::Failed || row.approval_state != RefundApprovalState::Approved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only a refund that the gateway rejected can be retried.",
        ));
    }
    if row.processed_by == actor.id {
        approval_limit::check_approver(tx, actor, &payment, &row, now)?;
    }
    if query::committed_sum(tx.conn(), payment.id, None)?.plus(&row.amount) > payment.total_amount {
        return Err(query::exceeds_payment());
    }
    transition(tx, actor, row.id, &RefundChange::Retried)?;
    jobs::enqueue(tx, &SendRefund { refund: row.id })?;
    query::find(tx.conn(), actor, row.id)
}

/// Retries a stuck refund: a refund that the gateway rejected is sent again, and the outcome of a pending refund is looked
/// up at the gateway.
pub fn retry_stuck(tx: &mut Tx<'_>, actor: &Actor, id: RefundId, now: DateTime<Utc>) -> Result<()> {
    let (_, row) = lock_refund(tx, id)?;
    if row.status == RefundStatus::Failed {
        let seen = SeenRefund {
            id,
            version: row.version,
        };
        return retry(tx, actor, seen, now).map(drop);
    }
    if row.status != RefundStatus::Pending || row.approval_state != RefundApprovalState::Approved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The refund is not pending at the gateway, so it cannot be retried.",
        ));
    }
    audit::record(tx, actor, AuditEvent::new(AuditAction::RefundRetry, id))?;
    jobs::enqueue(tx, &SendRefund { refund: id })
}

/// Confirms that a person has paid out a refund of a payment that no gateway received.
pub fn confirm(
    tx: &mut Tx<'_>,
    actor: &Actor,
    seen: SeenRefund,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (payment, row) = lock_seen(tx, seen)?;
    let is_due = row.status == RefundStatus::Pending
        && row.approval_state == RefundApprovalState::Approved
        && payment.is_paid_out_manually();
    if !is_due {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only an approved refund of a manually confirmed payment is confirmed by a person.",
        ));
    }
    pay::complete(tx, actor, &payment, &row, reference.trim(), now)?;
    query::find(tx.conn(), actor, row.id)
}

/// Locks the sale of a refund, then the refund, and returns the payment and the refund.
pub(super) fn lock_refund(tx: &mut Tx<'_>, id: RefundId) -> Result<(Payment, RefundRow)> {
    let payment = query::payment_of(tx.conn(), id)?.ok_or_else(Error::not_found)?;
    lock_sale_of(tx, payment)?;
    let payment = query::payment(tx.conn(), payment)?;
    let row = query::lock(tx, id)?.ok_or_else(Error::not_found)?;
    Ok((payment, row))
}

/// Locks a refund, and rejects a version that is out of date.
fn lock_seen(tx: &mut Tx<'_>, seen: SeenRefund) -> Result<(Payment, RefundRow)> {
    let (payment, row) = lock_refund(tx, seen.id)?;
    check_version(&row, seen)?;
    Ok((payment, row))
}

fn check_version(row: &RefundRow, seen: SeenRefund) -> Result<()> {
    if row.version != seen.version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    Ok(())
}

/// Rejects a refund that does not wait for a decision.
fn check_requested(row: &RefundRow) -> Result<()> {
    if row.status == RefundStatus::Pending && row.approval_state == RefundApprovalState::Requested {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::WrongState,
        format!("The refund was {} already.", row.approval_state),
    ))
}
