//! The provisioning of one ordered unit: from stock, else from a provider. Every step is one transaction, and the provider
//! is asked between two transactions, so that the next run continues after a crash at any point.

use super::{
    outcome::{Delivery, Purchase, fulfil, mark_unit_failed, mark_unit_for_review},
    topup::{self, TopUpTarget},
    unit::{self, UnitChange},
};
use crate::orders::{
    self, lock_sale,
    query::{self, OrderRow},
};
use chrono::{DateTime, TimeDelta, Utc};
use esims::inventory;
use integrations::allocations::{self, Candidate, Receipt, SentAttempt, Unit};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use std::time::Duration;
use suppliers::{
    Delivery as Supplied, Refusal, Sent, SuppliedEsim, SuppliedTopUp, SupplierError, TopUp,
    TopUpDelivery,
};
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

/// Returns how long after a request the response "not known" of a provider is trusted: longer than the longest call.
/// Trusted earlier, the request could still arrive after the next provider was asked, and one unit would be bought twice.
fn settling_time(registration_time: TimeDelta) -> TimeDelta {
    TimeDelta::from_std(CALL_LIMIT).map_or(TimeDelta::MAX, |limit| limit + registration_time)
}

/// A request to a provider.
#[derive(Clone)]
pub struct SupplierRequest {
    /// The provider and its offer.
    pub candidate: Candidate,
    /// Our reference.
    pub reference: String,
    /// The eSIM to top up; `None` for a new eSIM.
    pub topup: Option<TopUpTarget>,
    /// The id of the order at the provider, once the provider has answered with it.
    pub order_ref: Option<String>,
    /// The ids of other orders at the provider.
    pub known_orders: Vec<String>,
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
    /// The provider delivers later.
    Pending {
        /// The id of the order at the provider.
        order_ref: String,
        /// When to ask again.
        ask_again: TimeDelta,
    },
}

impl From<Supplied> for SupplierResponse {
    fn from(delivery: Supplied) -> Self {
        match delivery {
            Supplied::Ready(esim) => Self::NewEsim(*esim),
            Supplied::Pending {
                order_ref,
                ask_again,
            } => Self::Pending {
                order_ref,
                ask_again,
            },
        }
    }
}

impl From<TopUpDelivery> for SupplierResponse {
    fn from(delivery: TopUpDelivery) -> Self {
        match delivery {
            TopUpDelivery::Ready(added) => Self::TopUp(added),
            TopUpDelivery::Pending {
                order_ref,
                ask_again,
            } => Self::Pending {
                order_ref,
                ask_again,
            },
        }
    }
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
        let target = topup::find(tx, &order)?;
        return SupplierRequest::lookup(tx.conn(), open, target).map(Some);
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
    let (topup, only) = target
        .map(|target| (target.target, target.provider))
        .unzip();
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
        topup,
        order_ref: None,
        known_orders: Vec::new(),
        sent_at: None,
    }))
}

impl SupplierRequest {
    /// Returns the question about a request that was sent.
    pub(super) fn lookup(
        conn: &mut Conn,
        sent: SentAttempt,
        topup: Option<TopUpTarget>,
    ) -> Result<Self> {
        let SentAttempt {
            reference,
            sent_at,
            order_ref,
            candidate,
        } = sent;
        let provider = candidate.provider;
        let known_orders = allocations::known_orders(conn, provider, &reference, sent_at)?;
        Ok(Self {
            candidate,
            reference,
            topup,
            order_ref,
            known_orders,
            sent_at: Some(sent_at),
        })
    }

    fn sent<T>(&self, order: T, sent_at: DateTime<Utc>) -> Sent<T> {
        Sent {
            order,
            sent_at,
            order_ref: self.order_ref.clone(),
            known_orders: self.known_orders.clone(),
        }
    }
}

/// Returns how long after the end of a call the provider may still register a request.
pub fn registration_time(ctx: &Ctx, request: &SupplierRequest) -> TimeDelta {
    // Without the adapter no request is sent, and none can be looked up.
    (ctx.ports.suppliers)(request.candidate.adapter).map_or(TimeDelta::days(1), |supplier| {
        supplier.capabilities().registration_time
    })
}

/// Sends a request to its provider. Never call this within a transaction. A request without a response in time has an
/// unknown outcome.
pub async fn send(
    ctx: &Ctx,
    request: &SupplierRequest,
) -> Result<Option<SupplierResponse>, SupplierError> {
    let late = |_| SupplierError::unknown("no response in time");
    tokio::time::timeout(CALL_LIMIT, call(ctx, request))
        .await
        .map_err(late)?
}

async fn call(
    ctx: &Ctx,
    request: &SupplierRequest,
) -> Result<Option<SupplierResponse>, SupplierError> {
    // Nothing was sent: the request fails like one that the provider refused.
    let unsent = |error: Error| SupplierError::refused(Refusal::BadRequest, error.to_string());
    let candidate = &request.candidate;
    let supplier = (ctx.ports.suppliers)(candidate.adapter).ok_or(SupplierError::Unsupported)?;
    let account = candidate.account(&ctx.keys).map_err(unsent)?;
    let Some(target) = &request.topup else {
        let purchase = candidate.purchase(&request.reference);
        return match request.sent_at {
            None => supplier
                .order(&account, &purchase)
                .await
                .map(|new| Some(new.into())),
            Some(at) => {
                let found = supplier
                    .find_order(&account, &request.sent(purchase, at))
                    .await?;
                Ok(found.map(SupplierResponse::from))
            }
        };
    };
    let topup = TopUp {
        purchase: candidate.topup_purchase(&request.reference),
        esim: target.esim.clone(),
        known_bundles: target.known_bundles.clone(),
    };
    match request.sent_at {
        None => supplier
            .top_up(&account, &topup)
            .await
            .map(|new| Some(new.into())),
        Some(at) => {
            let found = supplier
                .find_top_up(&account, &request.sent(topup, at))
                .await?;
            Ok(found.map(SupplierResponse::from))
        }
    }
}

/// Applies the response of a provider to the unit.
pub fn apply_response(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order_id: OrderId,
    unit_no: i32,
    registration_time: TimeDelta,
    request: SupplierRequest,
    response: Result<Option<SupplierResponse>, SupplierError>,
    now: DateTime<Utc>,
) -> Result<NextStep> {
    let order = lock_sale(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    let (reference, sent_at) = (&request.reference, request.sent_at.unwrap_or(now));
    match response {
        Ok(Some(SupplierResponse::TopUp(added))) => {
            let receipt = Receipt {
                order_ref: added.order_ref.clone(),
                bundle_ref: added.bundle_ref.clone(),
                cost: added.cost.clone(),
            };
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
            let receipt = Receipt {
                order_ref: supplied.order_ref.clone(),
                bundle_ref: supplied.bundle_ref.clone(),
                cost: supplied.cost.clone(),
            };
            let succeeded = ProvisioningAttemptStatus::Succeeded;
            if allocations::record_outcome(tx, reference, succeeded, Some(&receipt), None, now)? {
                let bought = Purchase {
                    candidate: &request.candidate,
                    receipt: &receipt,
                };
                add_esim(tx, actor, &order, &unit, bought, &supplied, now)?;
            }
            Ok(NextStep::Done)
        }
        Ok(Some(SupplierResponse::Pending {
            order_ref,
            ask_again,
        })) => {
            allocations::record_order_ref(tx, reference, &order_ref)?;
            let seconds = ask_again.num_seconds();
            let why = format!("The provider delivers later, after {seconds} s or more.");
            wait(tx, actor, &unit, reference, &why, now)
        }
        Err(error) if is_final(&error, request.sent_at) => {
            let (why, refused) = (error.to_string(), ProvisioningAttemptStatus::Refused);
            allocations::record_outcome(tx, reference, refused, None, Some(&why), now)?;
            unit::transition(tx, actor, &unit, &UnitChange::Queued(&why))?;
            Ok(NextStep::Continue)
        }
        // The provider does not know our reference. A request may still be on its way, so the response is trusted only
        // after the longest call. Then the next provider is asked, before this one is asked again.
        Ok(None) if now - sent_at >= settling_time(registration_time) => {
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
        Err(error) => {
            if let SupplierError::Unknown {
                order_ref: Some(order_ref),
                ..
            } = &error
            {
                allocations::record_order_ref(tx, reference, order_ref)?;
            }
            wait(tx, actor, &unit, reference, &error.to_string(), now)
        }
    }
}

/// Returns whether an error proves that nothing was bought. The error of a question says so only when the provider gives the
/// reason why it did not supply the order.
fn is_final(error: &SupplierError, sent_at: Option<DateTime<Utc>>) -> bool {
    match error {
        SupplierError::Refused { reason, .. } => {
            sent_at.is_none()
                || matches!(
                    reason,
                    Refusal::OutOfStock
                        | Refusal::UnknownSku
                        | Refusal::PriceChanged
                        | Refusal::NoBalance
                )
        }
        _ => sent_at.is_none() && error.is_without_effect(),
    }
}

/// Adds a new eSIM of a provider to the inventory, and delivers it. An eSIM that cannot be used is left for review.
fn add_esim(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    bought: Purchase<'_>,
    supplied: &SuppliedEsim,
    now: DateTime<Utc>,
) -> Result<()> {
    let arrival = inventory::DeliveredEsim {
        provider_id: bought.candidate.provider,
        supplied,
        user_id: order.user_id,
        plan_id: order.plan_id,
        now,
    };
    match inventory::accept_delivery(tx, &actor.keys, arrival) {
        Ok(esim) => {
            let delivery = Delivery::from_provider(esim, bought);
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
        assert!(settling_time(TimeDelta::seconds(1)) > longest);
    }
}
