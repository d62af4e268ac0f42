//! The provisioning of one ordered unit: from stock, else from a provider. Every step is one transaction, and the provider
//! is asked between two transactions, so that the next run continues after a crash at any point.

use super::{
    outcome::{Delivery, fulfil, mark_unit_failed, mark_unit_for_review},
    topup,
    unit::{self, UnitChange},
};
use crate::orders::{
    self, lock_sale,
    query::{self, OrderRow},
};
use chrono::{DateTime, TimeDelta, Utc};
use esims::inventory;
use integrations::allocations::{self, Candidate, Unit};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    ports::supplier::{SuppliedEsim, SuppliedTopUp, SupplierError},
};
use serde_json::json;
use std::time::Duration;
use wire::{
    OrderId,
    billing::orders::OrderStatus,
    integrations::{
        allocations::{ProvisioningAttemptStatus, ProvisioningStatus},
        providers::ProviderAdapter,
    },
    system::audit::AuditAction,
};

pub use super::outcome::abandon;

/// The maximum number of requests for one unit, before an administrator reviews the order.
const MAX_ATTEMPTS: i32 = 6;
/// The maximum duration of a call to a provider. The outcome of a longer call is unknown.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// Returns how long after the end of a call the provider may still register the request.
const fn registration_time(adapter: ProviderAdapter) -> TimeDelta {
    match adapter {
        // The simulator registers a request before it responds.
        ProviderAdapter::Simulator => TimeDelta::seconds(10),
    }
}

/// Returns how long after a request the response "not known" of a provider is trusted: longer than the longest call.
/// Trusted earlier, the request could still arrive after the next provider was asked, and one unit would be bought twice.
fn settling_time(adapter: ProviderAdapter) -> TimeDelta {
    TimeDelta::from_std(CALL_LIMIT)
        .map_or(TimeDelta::MAX, |limit| limit + registration_time(adapter))
}

/// A request to a provider.
#[derive(Clone)]
pub struct SupplierRequest {
    /// The provider and its offer.
    pub candidate: Candidate,
    /// Our reference.
    pub reference: String,
    /// The ICCID of the eSIM to top up; `None` for a new eSIM.
    pub topup_iccid: Option<String>,
    /// When an earlier request with this reference was sent, whose response is missing: the job looks up its outcome, and
    /// buys nothing. `None` for a new request.
    pub sent_at: Option<DateTime<Utc>>,
}

/// The response of a provider.
#[derive(Clone)]
pub enum SupplierResponse {
    /// A new eSIM.
    NewEsim(SuppliedEsim),
    /// A top-up of an eSIM.
    TopUp(SuppliedTopUp),
}

/// What the job does after a response.
pub enum NextStep {
    /// The job ends.
    Done,
    /// The job continues with the next request.
    Continue,
    /// The job is retried later, for this reason.
    RetryLater(String),
}

/// Decides the next request for a unit. Returns `None` where the unit needs no request: it was provisioned from stock,
/// cannot be provisioned, or is done.
pub fn next_request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    order_id: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<SupplierRequest>> {
    let order = lock_sale(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    let is_open = matches!(
        unit.status,
        ProvisioningStatus::Queued | ProvisioningStatus::Running | ProvisioningStatus::Waiting
    );
    if !is_open || !matches!(order.status, OrderStatus::Paid | OrderStatus::Provisioning) {
        return Ok(None);
    }
    orders::transition(tx, actor, order_id, OrderStatus::Provisioning, None, now)?;

    if let Some(open) = allocations::open_attempt(tx.conn(), unit.id)? {
        return Ok(Some(SupplierRequest {
            candidate: open.candidate,
            reference: open.reference,
            topup_iccid: topup::iccid(tx, &order)?,
            sent_at: Some(open.sent_at),
        }));
    }
    let target = match topup::lock_target(tx, &order) {
        Ok(target) => target,
        Err(Error::Refused(problem)) => {
            mark_unit_failed(tx, actor, &unit, problem.sentence(), now)?;
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if target.is_none()
        && let Some(esim) = inventory::reserve(tx, order.plan_id, order.user_id, now)?
    {
        fulfil(tx, actor, &order, &unit, Delivery::from_stock(esim), now)?;
        return Ok(None);
    }
    if unit.attempts >= MAX_ATTEMPTS {
        let why = match &unit.last_error {
            Some(error) => format!("{MAX_ATTEMPTS} requests to providers failed: {error}"),
            None => format!("{MAX_ATTEMPTS} requests to providers failed."),
        };
        mark_unit_for_review(tx, actor, &unit, &why, now)?;
        return Ok(None);
    }
    choose_provider(tx, actor, adapters, &order, &unit, target, now)
}

/// Chooses a provider for a unit and records the request. The unit fails where no provider is left.
fn choose_provider(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    order: &OrderRow,
    unit: &Unit,
    target: Option<topup::TargetEsim>,
    now: DateTime<Utc>,
) -> Result<Option<SupplierRequest>> {
    let (topup_iccid, only) = target.map(|target| (target.iccid, target.provider)).unzip();
    let wanted = allocations::CandidateQuery {
        unit: unit.id,
        plan: order.plan_id,
        only,
        adapters,
    };
    let Some(candidate) = allocations::next_candidate(tx.conn(), &wanted)? else {
        let last = unit.last_error.as_deref().map_or(String::new(), |error| {
            format!(" The last provider answered: {error}")
        });
        let why = format!("Out of stock; every provider declined.{last}");
        mark_unit_failed(tx, actor, unit, &why, now)?;
        return Ok(None);
    };
    if !candidate.adapter.is_simulated() && query::is_trial(tx.conn(), order.user_id)? {
        let why = "The order is a trial, and the provider is not simulated.";
        mark_unit_failed(tx, actor, unit, why, now)?;
        return Ok(None);
    }
    let reference = allocations::record_attempt(tx, unit, &candidate, now)?;
    let change = json!({ "unit_no": unit.unit_no, "provider_id": candidate.provider, "reference": reference });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProvisioningRequest, order.id).with_change(change),
    )?;
    Ok(Some(SupplierRequest {
        candidate,
        reference,
        topup_iccid,
        sent_at: None,
    }))
}

/// Sends a request to its provider. Never call this within a transaction. A request without a response in time has an
/// unknown outcome.
pub async fn send(
    ctx: &Ctx,
    request: &SupplierRequest,
) -> Result<Option<SupplierResponse>, SupplierError> {
    let late = |_| SupplierError::Unknown("no response in time".to_owned());
    tokio::time::timeout(CALL_LIMIT, call(ctx, request))
        .await
        .map_err(late)?
}

async fn call(
    ctx: &Ctx,
    request: &SupplierRequest,
) -> Result<Option<SupplierResponse>, SupplierError> {
    let unknown = |error: Error| SupplierError::Unknown(error.to_string());
    let supplier = (ctx.ports.suppliers)(request.candidate.adapter);
    let purchase = request
        .candidate
        .purchase(&ctx.keys, &request.reference)
        .map_err(unknown)?;
    match (&request.topup_iccid, request.sent_at) {
        (None, None) => {
            let supplied = supplier.buy(&purchase).await?;
            Ok(Some(SupplierResponse::NewEsim(supplied)))
        }
        (None, Some(_)) => {
            let supplied = supplier.look_up(&purchase).await?;
            Ok(supplied.map(SupplierResponse::NewEsim))
        }
        (Some(iccid), None) => {
            let added = supplier.top_up(&purchase, iccid).await?;
            Ok(Some(SupplierResponse::TopUp(added)))
        }
        (Some(iccid), Some(_)) => {
            let added = supplier.look_up_top_up(&purchase, iccid).await?;
            Ok(added.map(SupplierResponse::TopUp))
        }
    }
}

/// Applies the response of a provider to the unit.
pub fn apply_response(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order_id: OrderId,
    unit_no: i32,
    request: SupplierRequest,
    response: Result<Option<SupplierResponse>, SupplierError>,
    now: DateTime<Utc>,
) -> Result<NextStep> {
    let order = lock_sale(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    let (reference, sent_at) = (&request.reference, request.sent_at.unwrap_or(now));
    match response {
        Ok(Some(SupplierResponse::TopUp(added))) => {
            let receipt = topup::receipt(&added, request.topup_iccid);
            let succeeded = ProvisioningAttemptStatus::Succeeded;
            if allocations::record_outcome(tx, reference, succeeded, Some(&receipt), None, now)? {
                let delivered = topup::DeliveredTopUp {
                    candidate: &request.candidate,
                    receipt: &receipt,
                    added: &added,
                };
                topup::apply(tx, actor, &order, &unit, delivered, now)?;
            }
            Ok(NextStep::Done)
        }
        Ok(Some(SupplierResponse::NewEsim(supplied))) => {
            let succeeded = ProvisioningAttemptStatus::Succeeded;
            if allocations::record_outcome(tx, reference, succeeded, Some(&supplied), None, now)? {
                add_esim(tx, actor, &order, &unit, &request.candidate, &supplied, now)?;
            }
            Ok(NextStep::Done)
        }
        Err(SupplierError::Refused(why)) => {
            let refused = ProvisioningAttemptStatus::Refused;
            allocations::record_outcome(tx, reference, refused, None, Some(&why), now)?;
            unit::transition(tx, actor, &unit, &UnitChange::Queued(&why))?;
            Ok(NextStep::Continue)
        }
        // The provider does not know our reference. A request may still be on its way, so the response is trusted only
        // after the longest call. Then the next provider is asked, before this one is asked again.
        Ok(None) if now - sent_at >= settling_time(request.candidate.adapter) => {
            let why = "The provider does not know the request.";
            let abandoned = ProvisioningAttemptStatus::Abandoned;
            allocations::record_outcome(tx, reference, abandoned, None, Some(why), now)?;
            let error = "A request did not reach the provider.";
            unit::transition(tx, actor, &unit, &UnitChange::Queued(error))?;
            Ok(NextStep::Continue)
        }
        Ok(None) => {
            let why = "The provider does not know the request yet.";
            wait(tx, actor, &unit, reference, why, now)
        }
        Err(SupplierError::Unknown(why)) => wait(tx, actor, &unit, reference, &why, now),
    }
}

/// Adds a new eSIM of a provider to the inventory, and delivers it. An eSIM that cannot be used is left for review.
fn add_esim(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    candidate: &Candidate,
    supplied: &SuppliedEsim,
    now: DateTime<Utc>,
) -> Result<()> {
    let arrival = inventory::DeliveredEsim {
        provider_id: candidate.provider,
        supplied,
        user_id: order.user_id,
        plan_id: order.plan_id,
        now,
    };
    match inventory::accept_delivery(tx, &actor.keys, arrival) {
        Ok(esim) => {
            let delivery = Delivery::from_provider(esim, candidate, supplied);
            fulfil(tx, actor, order, unit, delivery, now)
        }
        Err(Error::Refused(problem)) => {
            let why = format!(
                "The eSIM that the provider delivered cannot be used: {}",
                problem.sentence()
            );
            mark_unit_for_review(tx, actor, unit, &why, now)
        }
        Err(error) => Err(error),
    }
}

/// Records that the outcome of a request is unknown. The job asks the provider again later.
fn wait(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    reference: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<NextStep> {
    allocations::record_outcome(
        tx,
        reference,
        ProvisioningAttemptStatus::Unknown,
        None,
        Some(why),
        now,
    )?;
    unit::transition(tx, actor, unit, &UnitChange::Waiting(why))?;
    Ok(NextStep::RetryLater(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settling_time_exceeds_the_call_limit() {
        let longest = TimeDelta::from_std(CALL_LIMIT).unwrap();
        for &adapter in ProviderAdapter::ALL {
            assert!(settling_time(adapter) > longest, "{adapter}");
        }
    }
}
