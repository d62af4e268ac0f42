//! Events of disputes. A dispute that was won or lost stays so, also after a late event.

use super::query::{self, DisputeReport};
use crate::{events::EventOutcome, orders::lock_sale_of, transactions::query::find_by_gateway_id};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    ports::payments::GatewayDispute,
};
use serde_json::json;
use wire::{Currency, DisputeId, Money, Param, system::audit::AuditAction};

/// Handles an event about a dispute. An event that is repeated or arrives out of order has the same result.
pub fn handle_dispute_event(
    tx: &mut Tx<'_>,
    actor: &Actor,
    gateway: &str,
    payment: Option<&str>,
    report: &GatewayDispute,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let found = match payment {
        Some(id) => find_by_gateway_id(tx.conn(), gateway, id)?,
        None => None,
    };
    let Some(payment) = found else {
        let why = "The event is about a payment that is not ours.";
        return Ok(EventOutcome::Ignored(None, why.into()));
    };
    let Ok(currency) = Currency::parse(&report.currency) else {
        let why = "The dispute is in a currency that is not supported.";
        return Ok(EventOutcome::Ignored(Some(payment), why.into()));
    };
    lock_sale_of(tx, payment)?;
    let known = query::state(tx, gateway, &report.gateway_dispute_id)?;
    if !known.is_none_or(|before| before == report.state || before.can_become(report.state)) {
        let why = "A later event of the dispute was applied already.";
        return Ok(EventOutcome::Ignored(Some(payment), why.into()));
    }
    let row = DisputeReport {
        id: DisputeId::new(),
        transaction_id: payment,
        gateway,
        gateway_dispute_id: &report.gateway_dispute_id,
        state: report.state,
        reason: report.reason.as_deref(),
        amount: Money::from_minor(report.minor, currency),
        currency,
        due_by: report.due_by,
        closed_at: report.state.is_closed().then_some(now),
        created_at: now,
    };
    let id = query::upsert(tx, &row)?;
    let action = match known {
        None => AuditAction::DisputeOpen,
        Some(_) => AuditAction::DisputeUpdate,
    };
    let act = AuditEvent::new(action, id);
    audit::record(
        tx,
        actor,
        act.with_change(json!({ "state": report.state, "transaction_id": payment, "amount": row.amount, "currency": currency })),
    )?;
    let note = format!("The dispute is in the state {}.", report.state);
    Ok(EventOutcome::Applied(payment, note))
}
