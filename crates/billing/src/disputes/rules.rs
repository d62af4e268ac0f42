//! What a dispute's news means. A dispute that was won or lost stays so, whatever comes late.

use super::query::{self, Heard};
use crate::transactions::Settled;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    ports::payments::GatewayDispute,
};
use serde_json::json;
use wire::{Currency, DisputeId, Money, Param, billing::disputes::DisputeState};

/// Applies the gateway's news of a dispute. Told twice, or out of order, it comes to the same.
pub fn heard(
    tx: &mut Tx<'_>,
    actor: &Actor,
    gateway: &str,
    (payment, told): (Option<&str>, &GatewayDispute),
    now: DateTime<Utc>,
) -> Result<Settled> {
    let found = payment
        .map(|id| query::payment(tx, gateway, id))
        .transpose()?;
    let Some(payment) = found.flatten() else {
        let why = "It speaks of a payment that is not ours.";
        return Ok(Settled::Ignored(None, why.into()));
    };
    let Ok(currency) = Currency::parse(&told.currency) else {
        let why = "It is in a currency that nothing is sold in.";
        return Ok(Settled::Ignored(Some(payment), why.into()));
    };
    let known = query::state(tx, gateway, &told.gateway_dispute_id)?;
    if !known.is_none_or(|before| may_follow(told.state, before)) {
        let why = "The dispute is further than that already.";
        return Ok(Settled::Ignored(Some(payment), why.into()));
    }
    let row = Heard {
        id: DisputeId::new(),
        transaction_id: payment,
        gateway,
        gateway_dispute_id: &told.gateway_dispute_id,
        state: told.state,
        reason: told.reason.as_deref(),
        amount: Money::from_minor(told.minor, currency),
        currency,
        due_by: told.due_by,
        closed_at: told.state.is_closed().then_some(now),
        created_at: now,
    };
    let id = query::keep(tx, &row)?;
    let act = AuditEvent::new("dispute.hear", "dispute", id.0);
    audit::record(
        tx,
        actor,
        act.with_change(json!({ "state": told.state, "transaction_id": payment, "amount": row.amount, "currency": currency })),
    )?;
    let note = format!("The dispute is in the state {}.", told.state);
    Ok(Settled::Applied(payment, note))
}

/// Whether news of one state can come after another. What is closed stays closed; answered, it is reviewed.
fn may_follow(next: DisputeState, before: DisputeState) -> bool {
    match before {
        DisputeState::NeedsResponse => true,
        DisputeState::UnderReview => next != DisputeState::NeedsResponse,
        DisputeState::Won | DisputeState::Lost => next == before,
    }
}
