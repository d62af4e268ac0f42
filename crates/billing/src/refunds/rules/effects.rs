//! What follows from money that was given back: for the eSIMs, for what the provider has charged, for the order.

use crate::{
    orders,
    reconciliation::{self, Finding},
    refunds::query::{self, Payment, RefundRow, Unit},
};
use catalog::promotions;
use chrono::{DateTime, Utc};
use esims::{
    bundles,
    inventory::{self, Source, StateChange},
};
use integrations::allocations;
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    EsimId, OrderId,
    billing::{orders::OrderKind, reconciliation::CaseKind, refunds::RefundEffect},
    esims::inventory::{EsimStatus, ProfileState},
};

/// Everything that follows, in the transaction that notes the money as gone. Once everything was given back, an
/// order that was not delivered will not be.
pub fn follow(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (payment, row): (&Payment, &RefundRow),
    is_full: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(order) = payment.order_id else {
        return Ok(());
    };
    let sold = query::sold(tx.conn(), order)?;
    let units = query::units(tx.conn(), order, sold.quantity)?;
    let mut cancelled = Vec::new();
    for unit in &units {
        if let Some(esim) = unit.esim_id {
            let is_cancelled = match sold.kind {
                OrderKind::New => end_service(tx, actor, (order, esim, unit), row.effect, now)?,
                OrderKind::Topup => take_off(tx, (order, esim), row.effect)?,
            };
            cancelled.extend(is_cancelled.then_some(esim));
        }
    }
    if is_full || row.effect != RefundEffect::None {
        claim(tx, actor, order, row, now)?;
    }
    for esim in cancelled {
        // After the claim, which covers what is still allocated at the provider.
        allocations::release(tx, order, esim)?;
        open_supplier_case(tx, actor, order, esim, now)?;
    }
    let is_untouched = units.iter().all(is_unused);
    if is_full && is_untouched {
        promotions::release(tx, order, now)?;
    }
    if is_full {
        orders::call_off(tx, actor, order, "Its payment was given back.", now)?;
    }
    Ok(())
}

/// Cancels a top-up, and returns whether it was cancelled now. The eSIM stays as it is, for its other bundles.
fn take_off(
    tx: &mut Tx<'_>,
    (order, esim): (OrderId, EsimId),
    effect: RefundEffect,
) -> Result<bool> {
    match effect {
        RefundEffect::None => Ok(false),
        RefundEffect::Cancel | RefundEffect::Suspend => bundles::cancel(tx, order, esim),
    }
}

/// Opens a case, so that a person cancels at the provider what was cancelled here. Until then the provider goes on
/// serving and charging it.
fn open_supplier_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    esim: EsimId,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(supply) = query::supplied_by(tx.conn(), order, esim)? else {
        return Ok(());
    };
    let kind = CaseKind::SupplierCancellation;
    let reference = supply.reference.unwrap_or_else(|| "unknown".to_owned());
    let found = Finding {
        kind,
        key: format!("{kind}:{order}:{esim}:told"),
        finding: format!(
            "It was cancelled here. Cancel it at {}, where its reference is {reference}.",
            supply.provider
        ),
        order_id: Some(order),
        transaction_id: None,
        refund_id: None,
        esim_id: Some(esim),
        amount: None,
        currency: None,
    };
    reconciliation::open(tx, actor, &found, now)
}

/// Applies the effect of a refund to one eSIM, and returns whether the eSIM was cancelled. A used eSIM is never
/// cancelled, only suspended: its owner still sees its usage.
fn end_service(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, esim, unit): (OrderId, EsimId, &Unit),
    effect: RefundEffect,
    now: DateTime<Utc>,
) -> Result<bool> {
    let to = match effect {
        RefundEffect::None => return Ok(false),
        RefundEffect::Cancel if is_unused(unit) => EsimStatus::Cancelled,
        RefundEffect::Cancel | RefundEffect::Suspend => EsimStatus::Suspended,
    };
    let may = unit
        .status
        .is_some_and(|from| inventory::can_change_status(from, to, Source::Admin));
    if !may {
        return Ok(false);
    }
    let step = StateChange {
        status: Some(to),
        profile_state: None,
        reason: Some("Its payment was given back"),
        source: Source::Admin,
        at: now,
    };
    inventory::change_state(tx, actor, esim, step)?;
    if to == EsimStatus::Cancelled {
        bundles::cancel(tx, order, esim)?;
    }
    Ok(to == EsimStatus::Cancelled)
}

/// Whether nobody has installed it.
fn is_unused(unit: &Unit) -> bool {
    unit.used_bytes == 0
        && unit.profile_state.is_none_or(|state| {
            matches!(
                state,
                ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded
            )
        })
}

/// Claims back from the providers what they have charged for the order.
fn claim(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    row: &RefundRow,
    now: DateTime<Utc>,
) -> Result<()> {
    for charged in query::charged(tx.conn(), order)? {
        if !charged.is_new {
            continue;
        }
        let Some(id) = query::insert_claim(tx, row.id, &charged, now)? else {
            continue;
        };
        let change = json!({
            "refund_id": row.id, "provider_id": charged.provider_id, "esim_id": charged.esim_id, "amount": charged.cost, "currency": charged.currency,
        });
        audit::record(
            tx,
            actor,
            AuditEvent::new("claim.open", "supplier_claim", id.0).with_change(change),
        )?;
    }
    Ok(())
}
