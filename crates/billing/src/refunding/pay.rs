//! The payout of refunds: the requests to the gateway, and the events about them. No refund is paid twice.

use super::{decide::lock_refund, effects, external};
use crate::{
    amounts::reported_amount,
    cases::{self, Finding, REPORTED},
    events::EventOutcome,
    invoices::Credit,
    refunds::{
        RefundChange, email,
        query::{self, Payment, RefundRow},
        transition,
    },
    transactions,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
    ports::payments::{GatewayError, GatewayRefund, GatewayRefundRequest, RefundOutcome},
};
use serde_json::json;
use wire::{
    RefundId,
    billing::{
        reconciliation::CaseKind,
        refunds::{RefundApprovalState, RefundStatus},
        transactions::TransactionStatus,
    },
    system::audit::AuditAction,
};

/// A payment as an event of a gateway names it.
#[derive(Debug, Clone, Copy)]
pub struct GatewayPayment<'a> {
    /// The name of the gateway.
    pub gateway: &'a str,
    /// The gateway's ID of the payment, where the event has one.
    pub id: Option<&'a str>,
}

/// The next request to the gateway.
pub enum NextRequest {
    /// The refund needs no request.
    Nothing,
    /// The job requests the refund.
    Refund(GatewayRefundRequest),
    /// The job looks up the outcome of an earlier request without a response; the same request is sent again where the
    /// gateway does not know it.
    LookUp(GatewayRefundRequest),
}

/// What the job does after a response.
pub enum NextStep {
    /// The job ends.
    Done,
    /// The outcome is unknown: the job is retried later, for this reason.
    RetryLater(String),
}

/// Returns our reference of an attempt: the ID of the refund, with the number of the attempt from the second attempt on.
/// Only a clear rejection leads to another attempt.
fn reference(id: RefundId, attempts: i32) -> String {
    match attempts {
        ..=1 => id.to_string(),
        more => format!("{id}-{more}"),
    }
}

/// Decides the next request for a refund, and records the attempt before the request is sent.
pub fn next_request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    gateway: &str,
    now: DateTime<Utc>,
) -> Result<NextRequest> {
    let (payment, row) = lock_refund(tx, id)?;
    let is_due =
        row.status == RefundStatus::Pending && row.approval_state == RefundApprovalState::Approved;
    let Some(gateway_id) = payment
        .gateway_transaction_id
        .clone()
        .filter(|_| is_due && !payment.is_paid_out_manually())
    else {
        return Ok(NextRequest::Nothing);
    };
    if payment.payment_gateway.as_deref() != Some(gateway) {
        let name = payment.payment_gateway.as_deref().unwrap_or_default();
        let why = format!("The gateway {name} is not connected.");
        fail(tx, actor, &payment, &row, &why, now)?;
        return Ok(NextRequest::Nothing);
    }
    let request = |attempts: i32| GatewayRefundRequest {
        refund: id,
        reference: reference(id, attempts),
        gateway_transaction_id: gateway_id,
        amount: row.amount.clone(),
        currency: row.currency,
    };
    if row.sent_at.is_some() {
        return Ok(NextRequest::LookUp(request(row.attempts)));
    }
    query::set_sent(tx, id, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::RefundSend, id)
            .with_change(json!({ "attempt": row.attempts + 1 })),
    )?;
    Ok(NextRequest::Refund(request(row.attempts + 1)))
}

/// Applies the response of the gateway to a request.
pub fn apply_response(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    response: Result<GatewayRefund, GatewayError>,
    now: DateTime<Utc>,
) -> Result<NextStep> {
    let (payment, row) = lock_refund(tx, id)?;
    match response {
        Ok(report) => apply(tx, actor, &payment, &row, &report, now).map(|_| NextStep::Done),
        Err(GatewayError::Refused(why)) => {
            if row.status == RefundStatus::Pending {
                fail(tx, actor, &payment, &row, &why, now)?;
            }
            Ok(NextStep::Done)
        }
        Err(unknown) => Ok(NextStep::RetryLater(unknown.to_string())),
    }
}

/// Handles an event about a refund. An event that is repeated or arrives out of order has the same result.
pub fn handle_refund_event(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: GatewayPayment<'_>,
    report: &GatewayRefund,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let referenced = report.reference.as_deref().and_then(|reference| {
        let id = reference.get(..36)?;
        <RefundId as wire::Param>::parse(id).ok()
    });
    let ours = match referenced {
        Some(id) => query::payment_of(tx.conn(), id)?.map(|_| id),
        None => None,
    };
    let known = match ours {
        Some(id) => Some(id),
        None => query::by_gateway_id(tx.conn(), &report.gateway_refund_id)?,
    };
    let Some(id) = known else {
        return external::handle_unknown_refund(tx, actor, payment, report, now);
    };
    let (payment, row) = lock_refund(tx, id)?;
    let is_current = report
        .reference
        .as_ref()
        .is_none_or(|returned| *returned == reference(id, row.attempts));
    if !is_current {
        return Ok(EventOutcome::Ignored(
            Some(payment.id),
            "The event is about an earlier attempt at this refund.".into(),
        ));
    }
    apply(tx, actor, &payment, &row, report, now)
}

fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Payment,
    row: &RefundRow,
    report: &GatewayRefund,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let ignored = |why: &str| Ok(EventOutcome::Ignored(Some(payment.id), why.to_owned()));
    let applied = |what: &str| Ok(EventOutcome::Applied(payment.id, what.to_owned()));
    if row.approval_state != RefundApprovalState::Approved {
        return ignored("The refund was not approved here.");
    }
    match (row.status, &report.outcome) {
        (RefundStatus::Processed, RefundOutcome::Failed { reason }) => {
            let why = format!("The gateway reports a processed refund as failed: {reason}");
            let finding = reported_finding(CaseKind::RefundStuck, payment, row, &why);
            cases::open(tx, actor, &finding, now)?;
            applied("The refund failed after it was processed; a case was opened.")
        }
        (RefundStatus::Processed, _) => ignored("The refund is processed already."),
        (RefundStatus::Pending, RefundOutcome::Pending) => {
            query::set_gateway_id(tx, row.id, &report.gateway_refund_id)?;
            applied("The refund is pending at the gateway.")
        }
        (RefundStatus::Failed, RefundOutcome::Pending | RefundOutcome::Failed { .. }) => {
            ignored("The refund has failed already.")
        }
        (RefundStatus::Pending, RefundOutcome::Failed { reason }) => {
            query::set_gateway_id(tx, row.id, &report.gateway_refund_id)?;
            fail(tx, actor, payment, row, reason, now)?;
            applied(reason)
        }
        (_, RefundOutcome::Processed { minor, currency }) => {
            let is_exact =
                row.currency.as_str() == currency && row.amount.minor(row.currency) == Some(*minor);
            let others = query::committed_sum(tx.conn(), payment.id, Some(row.id))?;
            if is_exact && others.plus(&row.amount) <= payment.total_amount {
                complete(tx, actor, payment, row, &report.gateway_refund_id, now)?;
                return applied("Refunded.");
            }
            let why = format!(
                "The gateway has refunded {}; {} was to be refunded.",
                reported_amount(*minor, currency),
                row.amount.in_currency(row.currency)
            );
            report_mismatch(tx, actor, payment, row, &why, now)?;
            applied(&why)
        }
    }
}

/// Marks a refund as processed. The payment, the eSIMs, the claims, the credit note and the email follow in the same
/// transaction.
pub(super) fn complete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Payment,
    row: &RefundRow,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let refunded = query::processed_sum(tx.conn(), payment.id)?.plus(&row.amount);
    let is_full = refunded == payment.total_amount;
    let change = RefundChange::Processed {
        reference,
        at: now,
        is_full,
    };
    transition(tx, actor, row.id, &change)?;
    query::set_refunded_amount(tx, payment.id)?;
    if is_full {
        let to = TransactionStatus::Refunded;
        transactions::transition(tx, actor, payment.id, to, None, now)?;
    }
    effects::apply(tx, actor, payment, row, is_full, now)?;
    jobs::enqueue(tx, &Credit { refund: row.id })?;
    email::send_refund(tx, &actor.keys, payment, row, is_full)
}

/// Marks a refund as failed, and opens a case. A person can retry the refund.
fn fail(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Payment,
    row: &RefundRow,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    transition(tx, actor, row.id, &RefundChange::Failed(why))?;
    let text = format!("The refund failed: {why}");
    let finding = finding(CaseKind::RefundStuck, payment, row, &text);
    cases::open(tx, actor, &finding, now)
}

/// Opens a case after the last attempt of the job, because the outcome of the refund is unknown.
pub fn abandon(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let (payment, row) = lock_refund(tx, id)?;
    if row.status != RefundStatus::Pending {
        return Ok(());
    }
    let text = format!("The gateway has not confirmed whether the refund was paid out: {why}");
    let finding = finding(CaseKind::RefundStuck, &payment, &row, &text);
    cases::open(tx, actor, &finding, now)
}

/// Records that the gateway refunded another amount, and opens a case.
fn report_mismatch(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Payment,
    row: &RefundRow,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::RefundMismatch, row.id).with_reason(Some(why)),
    )?;
    let finding = reported_finding(CaseKind::AmountMismatch, payment, row, why);
    cases::open(tx, actor, &finding, now)
}

fn finding(kind: CaseKind, payment: &Payment, row: &RefundRow, text: &str) -> Finding {
    Finding {
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        refund_id: Some(row.id),
        amount: Some(row.amount.clone()),
        currency: Some(row.currency),
        ..Finding::new(kind, format!("{kind}:{}", row.id), text.to_owned())
    }
}

/// Returns a finding that only the gateway reports, so that the hourly check does not resolve its case.
fn reported_finding(kind: CaseKind, payment: &Payment, row: &RefundRow, text: &str) -> Finding {
    let finding = finding(kind, payment, row, text);
    Finding {
        key: format!("{}{REPORTED}", finding.key),
        ..finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_of_the_first_attempt_is_the_refund_id() {
        let id = RefundId::new();
        assert_eq!(reference(id, 0), id.to_string());
        assert_eq!(reference(id, 1), id.to_string());
        assert_eq!(reference(id, 2), format!("{id}-2"));
    }
}
