//! The effects of a paid refund: on the eSIMs, the charges of providers, the promotion and the order.

use crate::{
    cases::{self, Finding, reported_key},
    orders::{self, CancelReason},
    refunds::query::{self, Payment, RefundRow, Unit},
    supplier_claims::query as claims,
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
    system::audit::AuditAction,
};

/// Applies the effects of a refund, in the transaction that marks it as processed. A full refund cancels an order that is
/// not delivered.
pub fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Payment,
    row: &RefundRow,
    is_full: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(order) = payment.order_id else {
        return Ok(());
    };
    let sold = query::sold_order(tx.conn(), order)?;
    let units = query::units(tx.conn(), order, sold.quantity)?;
    let mut cancelled = Vec::new();
    for unit in &units {
        if let Some(esim) = unit.esim_id {
            let is_cancelled = match sold.kind {
                OrderKind::New => end_service(tx, actor, order, esim, unit, row.effect, now)?,
                OrderKind::Topup => cancel_topup(tx, order, esim, row.effect)?,
            };
            cancelled.extend(is_cancelled.then_some(esim));
        }
    }
    if is_full || row.effect != RefundEffect::None {
        open_claims(tx, actor, order, row, now)?;
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
        orders::cancel(tx, actor, order, CancelReason::Refunded, now)?;
    }
    Ok(())
}

/// Cancels a top-up, and returns whether it was cancelled now. The eSIM stays as it is, for its other bundles.
fn cancel_topup(
    tx: &mut Tx<'_>,
    order: OrderId,
    esim: EsimId,
    effect: RefundEffect,
) -> Result<bool> {
    match effect {
        RefundEffect::None => Ok(false),
        RefundEffect::Cancel | RefundEffect::Suspend => bundles::cancel(tx, order, esim),
    }
}

/// Opens a case, so that an administrator cancels the eSIM at its provider. Until then the provider still serves and charges
/// it.
fn open_supplier_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    esim: EsimId,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(supply) = claims::supplied_by(tx.conn(), order, esim)? else {
        return Ok(());
    };
    let kind = CaseKind::SupplierCancellation;
    let reference = supply.reference.unwrap_or_else(|| "unknown".to_owned());
    let text = format!(
        "The eSIM was cancelled here. Cancel it at {}, where its reference is {reference}.",
        supply.provider
    );
    let key = reported_key(kind, format_args!("{order}:{esim}"));
    let finding = Finding {
        order_id: Some(order),
        esim_id: Some(esim),
        ..Finding::new(kind, key, text)
    };
    cases::open(tx, actor, &finding, now)
}

/// Applies the effect of a refund to one eSIM, and returns whether the eSIM was cancelled. A used eSIM is never
/// cancelled, only suspended, so that its owner still sees its usage.
fn end_service(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    esim: EsimId,
    unit: &Unit,
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
        reason: Some("Its payment was refunded"),
        source: Source::Admin,
        at: now,
    };
    inventory::change_state(tx, actor, esim, step)?;
    if to == EsimStatus::Cancelled {
        bundles::cancel(tx, order, esim)?;
    }
    Ok(to == EsimStatus::Cancelled)
}

/// Returns whether the eSIM of a unit is neither installed nor used.
fn is_unused(unit: &Unit) -> bool {
    unit.used_bytes == 0
        && unit.profile_state.is_none_or(|state| {
            matches!(
                state,
                ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded
            )
        })
}

/// Opens a claim on the providers for each charge of the order.
fn open_claims(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    row: &RefundRow,
    now: DateTime<Utc>,
) -> Result<()> {
    for charged in claims::charges(tx.conn(), order)? {
        if !charged.is_new {
            continue;
        }
        let Some(id) = claims::insert(tx, row.id, &charged, now)? else {
            continue;
        };
        let change = json!({
            "refund_id": row.id, "provider_id": charged.provider_id, "esim_id": charged.esim_id, "amount": charged.cost, "currency": charged.currency,
        });
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::SupplierClaimOpen, id).with_change(change),
        )?;
    }
    Ok(())
}
