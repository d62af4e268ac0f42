//! Deciding about a refund: approving what is still as it was when it was asked for, rejecting, trying again, and
//! confirming what a person has paid out.

use super::{ask, eligibility, pay, second_person};
use crate::refunds::{
    jobs::SendRefund,
    query::{self, Decision, Payment, RefundRow},
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
};

/// What came of an approval.
pub enum Decided {
    /// It is approved.
    Approved(Box<Refund>),
    /// The sale is not what it was: what is known now was noted, and has to be looked at.
    Changed(String),
}

impl Decided {
    /// The refund, or that it has to be looked at again.
    pub fn told(self) -> Result<Refund> {
        match self {
            Self::Approved(refund) => Ok(*refund),
            Self::Changed(why) => Err(Error::with_detail(ProblemCode::Stale, why)),
        }
    }
}

/// Approves a refund as the actor has read it. Where the eSIM was used since, or money was given back, nothing is
/// approved: the new figures are noted, and the decision is asked for again.
pub fn approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (RefundId, i32),
    now: DateTime<Utc>,
) -> Result<Decided> {
    let (payment, row) = lock(tx, read.0)?;
    waiting(&row, read.1)?;
    second_person::may_approve(tx, actor, (&payment, &row), now)?;
    ask::refundable(&payment)?;
    let known = eligibility::read(tx.conn(), &payment, Some(row.id), now)?;
    let before: Option<RefundEligibility> = row
        .eligibility
        .map(serde_json::from_value)
        .transpose()
        .map_err(Error::internal)?;
    if before.is_none_or(|before| !before.agrees_with(&known)) {
        query::reread(tx, row.id, &known)?;
        let change = json!({ "recommended_amount": { "before": row.recommended_amount, "after": known.recommended_amount } });
        audit::record(
            tx,
            actor,
            AuditEvent::new("refund.reread", "refund", row.id.0).with_change(change),
        )?;
        return Ok(Decided::Changed(format!(
            "The sale has changed since the refund was requested; {} is recommended now. Review the refund again, then decide.",
            known.recommended_amount.in_currency(known.currency)
        )));
    }
    ask::approved(tx, actor, read, now)?;
    Ok(Decided::Approved(Box::new(query::find(
        tx.conn(),
        actor,
        read.0,
    )?)))
}

/// Rejects a refund as the actor has read it, and says why.
pub fn reject(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (RefundId, i32),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (_, row) = lock(tx, read.0)?;
    waiting(&row, read.1)?;
    let decision = Decision {
        approval: RefundApprovalState::Rejected,
        by: actor.id,
        reason: Some(reason.trim()),
        at: now,
    };
    if !query::decide(tx, read, decision)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.reject", "refund", read.0.0).with_reason(Some(reason.trim())),
    )?;
    query::find(tx.conn(), actor, read.0)
}

/// Has the gateway asked once more for a refund that it has refused. It stays the same refund.
pub fn retry(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (RefundId, i32),
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (payment, row) = lock(tx, read.0)?;
    ask::refundable(&payment)?;
    if row.version != read.1 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if row.status != RefundStatus::Failed || row.approval_state != RefundApprovalState::Approved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only a refund that the gateway has refused can be tried again.",
        ));
    }
    if row.processed_by == actor.id {
        second_person::may_approve(tx, actor, (&payment, &row), now)?;
    }
    if query::live_sum(tx.conn(), payment.id, None)?.plus(&row.amount) > payment.total_amount {
        return Err(query::too_much());
    }
    if !query::reopen(tx, read)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.retry", "refund", row.id.0),
    )?;
    jobs::enqueue(tx, &SendRefund { refund: row.id })?;
    query::find(tx.conn(), actor, row.id)
}

/// Takes a stuck refund up again, whatever it is stuck on: a refused one is tried anew, and of one whose outcome is
/// unknown the gateway is asked.
pub fn retry_stuck(tx: &mut Tx<'_>, actor: &Actor, id: RefundId, now: DateTime<Utc>) -> Result<()> {
    let (_, row) = lock(tx, id)?;
    if row.status == RefundStatus::Failed {
        return retry(tx, actor, (id, row.version), now).map(drop);
    }
    if row.status != RefundStatus::Pending || row.approval_state != RefundApprovalState::Approved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The refund is not under way: there is nothing to ask the gateway.",
        ));
    }
    audit::record(tx, actor, AuditEvent::new("refund.retry", "refund", id.0))?;
    jobs::enqueue(tx, &SendRefund { refund: id })
}

/// Notes that a person has paid a refund out, of a payment that did not come through a gateway.
pub fn confirm(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (RefundId, i32),
    reference: &str,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (payment, row) = lock(tx, read.0)?;
    if row.version != read.1 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let is_due = row.status == RefundStatus::Pending
        && row.approval_state == RefundApprovalState::Approved
        && payment.is_by_hand();
    if !is_due {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only an approved refund of a payment beside the gateway is confirmed by a person.",
        ));
    }
    pay::processed(tx, actor, (&payment, &row), reference.trim(), now)?;
    query::find(tx.conn(), actor, row.id)
}

/// A refund with its payment, both locked: the payment first, as everybody does.
pub(super) fn lock(tx: &mut Tx<'_>, id: RefundId) -> Result<(Payment, RefundRow)> {
    let payment = query::payment_of(tx.conn(), id)?.ok_or_else(Error::not_found)?;
    let payment = query::lock_payment(tx, payment)?.ok_or_else(Error::not_found)?;
    let row = query::lock(tx, id)?.ok_or_else(Error::not_found)?;
    Ok((payment, row))
}

/// Whether it waits for a decision, as it was read.
fn waiting(row: &RefundRow, version: i32) -> Result<()> {
    if row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if row.status == RefundStatus::Pending && row.approval_state == RefundApprovalState::Requested {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::WrongState,
        format!("The refund was {} already.", row.approval_state),
    ))
}
