//! Paid top-ups: the provider of the eSIM is asked to add the plan, and the bundle is added once.

use super::{
    deferred_topup,
    outcome::{Delivery, Purchase, fulfil, mark_unit_for_review},
};
use crate::orders::query::{self, OrderRow};
use chrono::{DateTime, Utc};
use esims::{
    bundles::{
        self,
        topups::{self, TopUpPeriod},
    },
    inventory,
};
use integrations::{
    allocations::{Receipt, Unit},
    routing::Candidate,
};
use platform::{Actor, Error, Result, Tx};
use suppliers::{EsimRef, SuppliedTopUp};
use wire::{ProblemCode, ProviderId};

/// An eSIM to top up, as its provider knows it.
#[derive(Clone)]
pub struct TopUpTarget {
    /// The eSIM.
    pub esim: EsimRef,
    /// The ids of the packages that were on the eSIM before the order.
    pub known_bundles: Vec<String>,
}

/// The eSIM that an order tops up.
pub(super) struct TargetEsim {
    /// The eSIM.
    pub target: TopUpTarget,
    /// The provider that supplied the eSIM.
    pub provider: ProviderId,
}

/// Returns the eSIM that an order tops up, in any status; `None` for an order of new eSIMs.
pub(super) fn find(tx: &mut Tx<'_>, order: &OrderRow) -> Result<Option<TopUpTarget>> {
    let Some(esim) = order.esim_id else {
        return Ok(None);
    };
    Ok(Some(TopUpTarget {
        esim: inventory::esim_ref(tx.conn(), esim)?,
        known_bundles: bundles::provider_refs(tx.conn(), esim, order.id)?,
    }))
}

/// Locks the eSIM that an order tops up, and returns it; `None` for an order of new eSIMs. Rejects an eSIM that was
/// cancelled since the order was placed.
pub(super) fn lock_target(tx: &mut Tx<'_>, order: &OrderRow) -> Result<Option<TargetEsim>> {
    let Some(esim) = order.esim_id else {
        return Ok(None);
    };
    topups::lock(tx, esim, order.user_id)?;
    let supplier = query::topup_target(tx.conn(), esim)?.and_then(|target| target.provider);
    let provider = supplier.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::WrongState,
            "The provider of this eSIM is unknown.",
        )
    })?;
    Ok(find(tx, order)?.map(|target| TargetEsim { target, provider }))
}

/// A top-up that a provider has added to an eSIM.
pub(super) struct DeliveredTopUp<'a> {
    /// The provider and its offer.
    pub candidate: &'a Candidate,
    /// The receipt of the top-up.
    pub receipt: &'a Receipt,
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
        TopUpPeriod::from_provider(added.starts_at, added.expires_at, days, now)
    } else {
        deferred_topup::wait(tx, unit, now)?;
        TopUpPeriod::Queued
    };
    let delivery = Delivery {
        esim,
        purchase: Some(Purchase {
            candidate: delivered.candidate,
            receipt: delivered.receipt,
        }),
        topup: Some(run),
    };
    fulfil(tx, actor, order, unit, delivery, now)
}
