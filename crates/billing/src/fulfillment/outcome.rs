//! The outcome of a unit, an eSIM or the reason why there is none, and the outcome of the order.

use super::{
    margin, review,
    unit::{self, UnitChange},
};
use crate::{
    orders::{
        self, email, lock_sale,
        query::{self, OrderRow},
    },
    transactions::query::set_esim,
};
use chrono::{DateTime, Utc};
use esims::bundles::{
    self,
    topups::{self, TopUpPeriod},
};
use integrations::{
    allocations::{self, Receipt, Unit},
    routing::Candidate,
};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    EsimId, OrderId, billing::orders::OrderStatus, integrations::allocations::ProvisioningStatus,
    system::audit::AuditAction,
};

/// The eSIM of a unit.
pub(super) struct Delivery<'a> {
    /// The eSIM.
    pub esim: EsimId,
    /// The provider and what it supplied; `None` for our stock.
    pub purchase: Option<Purchase<'a>>,
    /// When the top-up starts and ends; `None` for a new eSIM.
    pub topup: Option<TopUpPeriod>,
}

/// A purchase from a provider.
pub(super) struct Purchase<'a> {
    /// The provider and its offer.
    pub candidate: &'a Candidate,
    /// What the provider has sold.
    pub receipt: &'a Receipt,
}

impl<'a> Delivery<'a> {
    /// Creates a delivery from our stock.
    pub const fn from_stock(esim: EsimId) -> Self {
        Self {
            esim,
            purchase: None,
            topup: None,
        }
    }

    /// Creates a delivery of a new eSIM from a provider.
    pub const fn from_provider(esim: EsimId, bought: Purchase<'a>) -> Self {
        Self {
            esim,
            purchase: Some(bought),
            topup: None,
        }
    }
}

/// Adds the bundle of a unit to its eSIM. With the last unit, the order is fulfilled and its delivery email is sent.
pub(super) fn fulfil(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    delivery: Delivery<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Delivery {
        esim,
        purchase,
        topup,
    } = delivery;
    let source = if purchase.is_some() {
        "provider"
    } else {
        "stock"
    };
    let recorded_source = if topup.is_some() { "topup" } else { source };
    let terms = order.terms()?;
    let bundle = bundles::NewBundle {
        order_id: order.id,
        unit_no: unit.unit_no,
        esim_id: esim,
        plan_id: order.plan_id,
        provider_id: purchase
            .as_ref()
            .map(|purchase| purchase.candidate.provider),
        provider_ref: purchase
            .as_ref()
            .map(|purchase| purchase.receipt.package_ref().to_owned()),
        total_bytes: terms.data_limit_mb.as_ref().and_then(query::bytes),
    };
    match topup {
        Some(run) => topups::add(tx, actor, bundle, run, now)?,
        None => bundles::open(tx, bundle).map(drop)?,
    }
    if let Some(Purchase { candidate, receipt }) = purchase {
        let data = terms.data_limit_mb.as_ref();
        allocations::allocate(tx, unit.id, candidate, esim, receipt, data)?;
        margin::check(tx, actor, order, unit, receipt, now)?;
    }
    unit::transition(tx, actor, unit, &UnitChange::Succeeded { source, esim })?;
    set_esim(tx, order.id, esim)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::OrderProvision, order.id).with_change(
            json!({ "unit_no": unit.unit_no, "esim_id": esim, "source": recorded_source }),
        ),
    )?;
    update_order(tx, actor, order.id, now)
}

/// Marks a unit as failed: nothing was bought for it. The sale is locked.
pub(super) fn mark_unit_failed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    unit::transition(tx, actor, unit, &UnitChange::Failed(why))?;
    update_order(tx, actor, unit.order_id, now)
}

/// Marks a unit for review: something was bought for it, or may have been bought, that cannot be used. The sale is
/// locked.
pub(super) fn mark_unit_for_review(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    unit::transition(tx, actor, unit, &UnitChange::NeedsReview(why))?;
    update_order(tx, actor, unit.order_id, now)
}

/// Marks a unit for review after the last attempt of its job, unless the unit has an outcome.
pub fn abandon(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order_id: OrderId,
    unit_no: i32,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    lock_sale(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    if has_ended(&unit) {
        return Ok(());
    }
    mark_unit_for_review(tx, actor, &unit, why, now)
}

/// Returns whether a unit has an outcome.
const fn has_ended(unit: &Unit) -> bool {
    matches!(
        unit.status,
        ProvisioningStatus::Succeeded
            | ProvisioningStatus::Failed
            | ProvisioningStatus::NeedsReview
    )
}

/// Updates an order after the outcome of a unit. The order is fulfilled when every unit has its eSIM. When every unit has
/// an outcome, the order has failed if all units failed, and otherwise waits for review.
fn update_order(tx: &mut Tx<'_>, actor: &Actor, id: OrderId, now: DateTime<Utc>) -> Result<()> {
    let units = allocations::units(tx.conn(), id)?;
    let has_succeeded = |unit: &Unit| unit.status == ProvisioningStatus::Succeeded;
    if units.iter().all(has_succeeded) {
        if orders::transition(tx, actor, id, OrderStatus::Fulfilled, None, now)? {
            let order = query::lock(tx, id)?;
            let delivery = email::DeliveryEmail {
                dedupe_key: &format!("order-{id}"),
                to: None,
            };
            email::send_delivery(tx, &actor.keys, &order, delivery)?;
        }
        return Ok(());
    }
    if !units.iter().all(has_ended) {
        return Ok(());
    }
    let failed: Vec<&Unit> = units.iter().filter(|unit| !has_succeeded(unit)).collect();
    let why = failed
        .first()
        .and_then(|unit| unit.last_error.clone())
        .unwrap_or_default();
    let reason = format!(
        "{} of {} eSIMs could not be provisioned. {why}",
        failed.len(),
        units.len()
    );
    let has_failed = |unit: &Unit| unit.status == ProvisioningStatus::Failed;
    if units.iter().all(has_failed) {
        return review::mark_as_failed(tx, actor, id, &reason, now);
    }
    review::mark_for_review(tx, actor, id, &reason, now)
}
