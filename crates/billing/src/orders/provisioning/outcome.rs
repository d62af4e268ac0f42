//! What a unit comes to: its eSIM, or a reason why there is none; and what that means for the order.

use super::{
    super::{letter, query, rules},
    margin,
};
use crate::transactions;
use chrono::{DateTime, Utc};
use esims::bundles::{
    self,
    topups::{self, TopUpPeriod},
};
use integrations::allocations::{self, Candidate, Unit};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    ports::supplier::SuppliedEsim,
};
use serde_json::json;
use wire::{
    EsimId, OrderId, billing::orders::OrderStatus, integrations::allocations::ProvisioningStatus,
};

/// The eSIM that was found for a unit, and from whom it was bought; `None` is our own stock.
pub(super) struct Found<'a> {
    pub esim: EsimId,
    pub from: Option<(&'a Candidate, &'a SuppliedEsim)>,
}

/// The unit has its eSIM, or what was added to one runs as said. With the last one, the order is fulfilled and its delivery goes out.
pub(super) fn fulfil(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, unit): (&query::OrderRow, &Unit),
    Found { esim, from }: Found<'_>,
    run: Option<TopUpPeriod>,
    now: DateTime<Utc>,
) -> Result<()> {
    let source = if from.is_some() { "provider" } else { "stock" };
    let told = if run.is_some() { "topup" } else { source };
    let terms = order.terms()?;
    let bundle = bundles::NewBundle {
        order_id: order.id,
        unit_no: unit.unit_no,
        esim_id: esim,
        plan_id: order.plan_id,
        provider_id: from.map(|(candidate, _)| candidate.provider),
        provider_ref: from.map(|(_, supplied)| supplied.order_ref.clone()),
        total_bytes: terms.data_limit_mb.as_ref().and_then(query::bytes),
    };
    match run {
        Some(run) => topups::add(tx, actor, bundle, run, now)?,
        None => bundles::open(tx, bundle).map(drop)?,
    }
    if let Some((candidate, supplied)) = from {
        allocations::allocate(
            tx,
            unit.id,
            candidate,
            esim,
            supplied,
            terms.data_limit_mb.as_ref(),
        )?;
        margin::check(tx, actor, (order, unit), supplied, now)?;
    }
    allocations::advance(
        tx,
        unit.id,
        ProvisioningStatus::Succeeded,
        Some((source, esim)),
        None,
    )?;
    transactions::name_esim(tx, order.id, esim)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("order.provision", "order", order.id.0)
            .with_change(json!({ "unit_no": unit.unit_no, "esim_id": esim, "source": told })),
    )?;
    settle(tx, actor, order.id, now)
}

/// A unit gets no eSIM, and nothing was bought for it that could be one; the customer has paid for it, so the order
/// says so.
pub(super) fn give_up(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    ended(tx, actor, unit, (ProvisioningStatus::Failed, why), now)
}

/// Something was bought for a unit, or may have been, and it does not serve: a person has to look.
pub(super) fn leave(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    ended(tx, actor, unit, (ProvisioningStatus::NeedsReview, why), now)
}

fn ended(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    (to, why): (ProvisioningStatus, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    allocations::advance(tx, unit.id, to, None, Some(why))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("provisioning.fail", "order", unit.order_id.0)
            .with_reason(Some(why))
            .with_change(json!({ "unit_no": unit.unit_no })),
    )?;
    settle(tx, actor, unit.order_id, now)
}

/// Gives a unit up from outside a step, when its job has been tried for the last time.
pub fn abandon(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order_id: OrderId,
    unit_no: i32,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    query::lock(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    if matches!(
        unit.status,
        ProvisioningStatus::Succeeded
            | ProvisioningStatus::Failed
            | ProvisioningStatus::NeedsReview
    ) {
        return Ok(());
    }
    allocations::advance(
        tx,
        unit.id,
        ProvisioningStatus::NeedsReview,
        None,
        Some(why),
    )?;
    settle(tx, actor, order_id, now)
}

/// Draws the sum over the units: fulfilled when all have their eSIM; when the last open one was given up, failed if
/// all of them definitely were, and otherwise stuck.
fn settle(tx: &mut Tx<'_>, actor: &Actor, id: OrderId, now: DateTime<Utc>) -> Result<()> {
    let units = allocations::units(tx.conn(), id)?;
    if units
        .iter()
        .all(|unit| unit.status == ProvisioningStatus::Succeeded)
    {
        if query::advance(
            tx,
            id,
            &[
                OrderStatus::Paid,
                OrderStatus::Provisioning,
                OrderStatus::NeedsReview,
            ],
            OrderStatus::Fulfilled,
            None,
            now,
        )? {
            audit::record(tx, actor, AuditEvent::new("order.fulfil", "order", id.0))?;
            let order = query::lock(tx, id)?;
            letter::send(tx, &actor.keys, &order, &format!("order-{id}"))?;
        }
        return Ok(());
    }
    let given_up = |unit: &&Unit| {
        matches!(
            unit.status,
            ProvisioningStatus::Failed | ProvisioningStatus::NeedsReview
        )
    };
    if units
        .iter()
        .any(|unit| !given_up(&unit) && unit.status != ProvisioningStatus::Succeeded)
    {
        return Ok(());
    }
    let failed = units.iter().filter(given_up).count();
    let why = units
        .iter()
        .find(given_up)
        .and_then(|unit| unit.last_error.clone())
        .unwrap_or_default();
    let reason = format!(
        "{failed} of {} eSIMs could not be provisioned. {why}",
        units.len()
    );
    let is_certain = |unit: &Unit| unit.status == ProvisioningStatus::Failed;
    if units.iter().all(is_certain) {
        return rules::failed(tx, actor, id, &reason, now);
    }
    rules::stuck(tx, actor, id, &reason, now)
}
