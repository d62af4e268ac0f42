//! Opening, updating and withdrawing cases.

use super::query;
use crate::payments::{self, MakeDay};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
    settings::{self, BusinessTimeZone},
};
use serde_json::json;
use wire::{
    Currency, EsimId, Money, OrderId, RefundId, TransactionId, billing::reconciliation::CaseKind,
    system::audit::AuditAction,
};

/// The end of the keys of cases that a gateway, a provider or an administrator reported. The hourly check does not resolve
/// them, because no row shows whether the discrepancy still exists.
pub const REPORTED: &str = ":reported";

/// Returns the key of a reported case about a subject.
pub fn reported_key(kind: CaseKind, subject: impl std::fmt::Display) -> String {
    format!("{kind}:{subject}{REPORTED}")
}

/// A discrepancy.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The kind of case.
    pub kind: CaseKind,
    /// The deduplication key: findings with the same key are one case.
    pub key: String,
    /// The description of the discrepancy.
    pub finding: String,
    /// The order.
    pub order_id: Option<OrderId>,
    /// The payment.
    pub transaction_id: Option<TransactionId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// The amount in question.
    pub amount: Option<Money>,
    /// The currency of the amount.
    pub currency: Option<Currency>,
}

impl Finding {
    /// Creates a finding without subjects and amount.
    pub const fn new(kind: CaseKind, key: String, finding: String) -> Self {
        Self {
            kind,
            key,
            finding,
            order_id: None,
            transaction_id: None,
            refund_id: None,
            esim_id: None,
            amount: None,
            currency: None,
        }
    }
}

/// Opens a case for a finding, unless the case is open already.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, finding: &Finding, now: DateTime<Utc>) -> Result<()> {
    let Some(id) = query::insert(tx, finding, now)? else {
        return Ok(());
    };
    let change = json!({ "kind": finding.kind, "order_id": finding.order_id, "transaction_id": finding.transaction_id, "refund_id": finding.refund_id });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::CaseOpen, id)
            .with_change(change)
            .with_reason(Some(&finding.finding)),
    )
}

/// Opens a case for a refund that was made at the gateway, and returns whether it was opened. The same refund is the
/// same case, even after the case was resolved.
pub fn open_once(
    tx: &mut Tx<'_>,
    actor: &Actor,
    finding: &Finding,
    gateway_refund_id: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    if query::exists(tx.conn(), &finding.key)? {
        return Ok(false);
    }
    open(tx, actor, finding, now)?;
    query::set_gateway_refund_id(tx, &finding.key, gateway_refund_id)?;
    Ok(true)
}

/// Opens a case for an amount that a gateway or an administrator reports, or updates the amount of the open case.
pub fn open_or_update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    finding: &Finding,
    now: DateTime<Utc>,
) -> Result<()> {
    match query::update_amount(tx, finding)? {
        Some(opened_at) => recalculate_day(tx, finding.kind, opened_at, now),
        None => open(tx, actor, finding, now),
    }
}

/// Withdraws a case whose discrepancy no longer exists. Returns whether there was an open case with the key.
pub fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    key: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(case) = query::withdraw(tx, key, why, now)? else {
        return Ok(false);
    };
    recalculate_day(tx, case.kind, case.created_at, now)?;
    let act = AuditEvent::new(AuditAction::CaseResolve, case.id);
    audit::record(tx, actor, act.with_reason(Some(why)))?;
    Ok(true)
}

/// Enqueues the calculation of an earlier day's sums, where the case of a refund at the gateway changes or is resolved.
pub fn recalculate_day(
    tx: &mut Tx<'_>,
    kind: CaseKind,
    opened_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let is_past_day = opened_at < payments::start_of_day(now, zone);
    if kind == CaseKind::ForeignRefund && is_past_day {
        jobs::enqueue(tx, &MakeDay { at: opened_at })?;
    }
    Ok(())
}
