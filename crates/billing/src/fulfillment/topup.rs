//! Paid top-ups: the provider of the eSIM is asked to add the plan, and the bundle is added once.

use super::{
    deferred_topup,
    outcome::{Delivery, Purchase, fulfil, mark_unit_for_review},
};
use crate::orders::query::{self, OrderRow};
use chrono::{DateTime, Utc};
use esims::bundles::topups::{self, TopUpPeriod};
use integrations::allocations::{Candidate, Unit};
use platform::{
    Actor, Error, Result, Tx,
    ports::supplier::{SuppliedEsim, SuppliedTopUp},
};
use wire::{ProblemCode, ProviderId};

/// The eSIM that an order tops up.
pub(super) struct TargetEsim {
    /// The ICCID.
    pub iccid: String,
    /// The provider that supplied the eSIM.
    pub provider: ProviderId,
}

/// Returns the ICCID of the eSIM that an order tops up, in any status; `None` for an order of new eSIMs.
pub(super) fn iccid(tx: &mut Tx<'_>, order: &OrderRow) -> Result<Option<String>> {
    let Some(esim) = order.esim_id else {
        return Ok(None);
    };
    Ok(query::topup_target(tx.conn(), esim)?.map(|target| target.iccid))
}

/// Locks the eSIM that an order tops up, and returns it; `None` for an order of new eSIMs. Rejects an eSIM that was
/// cancelled since the order was placed.
pub(super) fn lock_target(tx: &mut Tx<'_>, order: &OrderRow) -> Result<Option<TargetEsim>> {
    let Some(esim) = order.esim_id else {
        return Ok(None);
    };
    let iccid = topups::lock(tx, esim, order.user_id)?;
    let supplier = query::topup_target(tx.conn(), esim)?.and_then(|target| target.provider);
    let provider = supplier.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::WrongState,
            "The provider of this eSIM is unknown.",
        )
    })?;
    Ok(Some(TargetEsim { iccid, provider }))
}

/// Returns the receipt of a top-up, in the form in which every delivery is recorded.
pub(super) fn receipt(added: &SuppliedTopUp, iccid: Option<String>) -> SuppliedEsim {
    SuppliedEsim {
        order_ref: added.order_ref.clone(),
        iccid: iccid.unwrap_or_default(),
        eid: None,
        activation_code: String::new(),
        cost: added.cost.clone(),
        currency: added.currency,
    }
}

/// A top-up that a provider has added to an eSIM.
pub(super) struct DeliveredTopUp<'a> {
    /// The provider and its offer.
    pub candidate: &'a Candidate,
    /// The receipt of the top-up.
    pub receipt: &'a SuppliedEsim,
    /// The response of the provider.
    pub added: &'a SuppliedTopUp,
}

/// Adds the bundle of a top-up to its eSIM. A bundle that the provider starts later is queued.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    delivered: DeliveredTopUp<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let esim = order
        .esim_id
        .ok_or_else(|| Error::internal(format!("the top-up order {} has no eSIM", order.id)))?;
    if let Err(Error::Refused(problem)) = topups::lock(tx, esim, order.user_id) {
        let why = format!("The provider added the plan, but {}", problem.sentence());
        return mark_unit_for_review(tx, actor, unit, &why, now);
    }
    let added = delivered.added;
    let days = order.terms()?.validity_days;
    let run = if added.is_running {
        TopUpPeriod::from_provider(added.since, added.until, days, now)
    } else {
        deferred_topup::wait(tx, unit, now)?;
        TopUpPeriod::Queued
    };
    let delivery = Delivery {
        esim,
        purchase: Some(Purchase {
            candidate: delivered.candidate,
            supplied: delivered.receipt,
        }),
        topup: Some(run),
    };
    fulfil(tx, actor, order, unit, delivery, now)
}
