//! Cases that only the outside tells of: opened once, closed again when the outside takes its word back, and booked.

use super::{Finding, open, query};
use crate::{
    payments::{self, MakeDay},
    refunds::{self, GivenBack},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
    settings::{self, BusinessTimeZone},
};
use wire::{CaseId, ProblemCode, billing::reconciliation::CaseKind};

/// Opens a case of money that was given back at the gateway. Told again, it is the same case, even after it was
/// resolved.
pub fn given_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (found, gateway_refund_id): (&Finding, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    if query::was_seen(tx.conn(), &found.key)? {
        return Ok(false);
    }
    open(tx, actor, found, now)?;
    query::name(tx, &found.key, gateway_refund_id)?;
    Ok(true)
}

/// Opens a case of an amount that the gateway or a person reports, or updates the amount in its open case.
pub fn open_or_update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &Finding,
    now: DateTime<Utc>,
) -> Result<()> {
    match query::update_amount(tx, found)? {
        Some(opened_at) => recount(tx, found.kind, opened_at, now),
        None => open(tx, actor, found, now),
    }
}

/// Recalculates an earlier day's sums, when the case of a refund made at the gateway changes or no longer counts.
pub(super) fn recount(
    tx: &mut Tx<'_>,
    kind: CaseKind,
    opened_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let is_over = opened_at < payments::start_of_day(now, zone);
    if kind == CaseKind::ForeignRefund && is_over {
        jobs::enqueue(tx, &MakeDay { at: opened_at })?;
    }
    Ok(())
}

/// The outside takes back what it has told: nobody needs to look any more.
pub fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    key: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some((id, kind, opened_at)) = query::withdraw(tx, key, why, now)? else {
        return Ok(false);
    };
    recount(tx, kind, opened_at, now)?;
    let act = AuditEvent::new("case.resolve", "case", id.0);
    audit::record(tx, actor, act.with_reason(Some(why)))?;
    Ok(true)
}

/// Books what was given back at the gateway as a refund.
pub(super) fn book(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CaseId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let case = query::given_back(tx.conn(), id)?;
    let known = case.transaction_id.zip(case.gateway_refund_id);
    let sum = case.amount.zip(case.currency);
    let Some(((transaction, gateway_refund_id), (amount, currency))) = known.zip(sum) else {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Too little is known of what was given back to book it.",
        ));
    };
    let given = GivenBack {
        transaction,
        gateway_refund_id: &gateway_refund_id,
        amount: &amount,
        currency,
        reason,
    };
    let refund = refunds::book(tx, actor, &given, now)?;
    query::booked(tx, id, refund)
}
