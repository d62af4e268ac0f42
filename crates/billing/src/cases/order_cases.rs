//! Cases about orders that are not delivered.

use super::{
    open::{Finding, open, reported_key},
    query,
};
use crate::transactions;
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Result, Tx};
use wire::{OrderId, billing::reconciliation::CaseKind};

/// How long after its payment an order may take to be delivered before a case is opened.
pub const DELIVERY_LIMIT: TimeDelta = TimeDelta::minutes(15);

/// Opens a case for an order that was paid and is not delivered after [`DELIVERY_LIMIT`]. There is one such case per
/// order; the hourly check opens it again where it is needed.
pub fn open_for_overdue_order(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    let kind = CaseKind::PaidNotDelivered;
    let key = format!("{kind}:{id}");
    if query::exists(tx.conn(), &key)? {
        return Ok(());
    }
    let text = format!(
        "The order was paid and is not delivered after {} minutes.",
        DELIVERY_LIMIT.num_minutes()
    );
    let finding = about_order(tx, id, Finding::new(kind, key, text))?;
    open(tx, actor, &finding, now)
}

/// Opens a case for an order that cannot continue, and returns the kind of the case.
pub fn open_for_stuck_order(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<CaseKind> {
    let order = query::stuck_order(tx.conn(), id)?;
    let kind = match (order.paid_at, transactions::is_paid(tx.conn(), id)?) {
        (Some(_), _) => CaseKind::PaidNotDelivered,
        (None, true) => CaseKind::PaidLate,
        (None, false) => CaseKind::AmountMismatch,
    };
    let key = format!("{kind}:{id}");
    let finding = about_order(tx, id, Finding::new(kind, key, reason.to_owned()))?;
    if !has_reported_case(tx, &finding)? {
        open(tx, actor, &finding, now)?;
    }
    Ok(kind)
}

/// Returns whether the received amount of the payment has a case of its own.
fn has_reported_case(tx: &mut Tx<'_>, finding: &Finding) -> Result<bool> {
    match (finding.kind, finding.transaction_id) {
        (CaseKind::AmountMismatch, Some(payment)) => {
            let key = reported_key(finding.kind, payment);
            Ok(query::received_before(tx.conn(), &key)?.is_some())
        }
        _ => Ok(false),
    }
}

/// Adds an order, its payment and its total to a finding.
fn about_order(tx: &mut Tx<'_>, id: OrderId, finding: Finding) -> Result<Finding> {
    let order = query::stuck_order(tx.conn(), id)?;
    Ok(Finding {
        order_id: Some(id),
        transaction_id: query::payment_of(tx.conn(), id)?,
        amount: Some(order.total_amount),
        currency: Some(order.currency),
        ..finding
    })
}
