//! The provisioning of one ordered unit: from stock, else from a provider. Every step is one transaction, and the provider
//! is asked between two transactions, so that the next run continues after a crash at any point.

use super::{
    attention,
    jobs::ContinueProvisioning,
    outcome::{Delivery, Purchase, fulfil, mark_unit_failed, mark_unit_for_review},
    topup::{self, TopUpTarget},
    unit::{self, UnitChange},
};
use crate::orders::{
    self, lock_sale,
    query::{self, OrderRow},
};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use esims::inventory;
use integrations::{
    allocations::{self, Receipt, SentAttempt, Unit},
    health::{self, CALL_LIMIT, CallKind},
    routing::{self, Candidate, Choice, Limits, Wanted},
};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use serde_json::json;
use suppliers::{
    Delivery as Supplied, Refusal, Sent, SuppliedEsim, SuppliedTopUp, SupplierError, TopUp,
    TopUpDelivery,
};
use wire::{
    OrderId,
    billing::orders::OrderStatus,
    integrations::{
        allocations::{ProvisioningAttemptStatus, ProvisioningStatus},
        routing::{RoutingDecision, RoutingReason},
    },
    system::audit::AuditAction,
};

pub use super::outcome::abandon;

/// The maximum number of requests for one unit, before an administrator reviews the order.
const MAX_ATTEMPTS: i64 = 6;
/// How often a request that had no effect is sent, before the next provider is asked.
const MAX_SENDS: i32 = 6;
/// How long a unit waits for a provider, before an administrator reviews the order.
const PATIENCE: TimeDelta = TimeDelta::days(1);
/// The time between the two answers "not known" of which the second is believed.
const SECOND_ANSWER: TimeDelta = TimeDelta::seconds(30);
/// The time between two looks for a provider that can supply.
const NEXT_LOOK: TimeDelta = TimeDelta::seconds(30);

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
    /// An earlier request with this reference whose outcome is open: the job looks it up, and buys nothing. `None` for a
    /// request that is sent.
    pub lookup: Option<Lookup>,
}

/// An earlier request whose outcome is open.
#[derive(Clone, Copy)]
pub struct Lookup {
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When the call ended; `None` if the process ended before.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the provider first answered that it has no such order, at a time at which the answer counts.
    pub missing_since: Option<DateTime<Utc>>,
    /// How often it was sent.
    pub sends: i32,
}

impl Lookup {
    /// Returns from when on the answer "not known" counts: from the end of the longest call, and the time that the provider
    /// takes to register an order. Believed earlier, the request could still arrive after the next provider was asked, and
    /// one unit would be bought twice.
    fn settles_at(&self, registration_time: TimeDelta) -> DateTime<Utc> {
        let limit = TimeDelta::from_std(CALL_LIMIT).unwrap_or(TimeDelta::MAX);
        self.ended_at.unwrap_or(self.sent_at + limit) + registration_time
    }

    /// Returns when the provider is asked again: after half the time that has passed, within a minute.
    fn next_question(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let passed = (now - self.sent_at) / 2;
        now + passed.clamp(TimeDelta::seconds(5), TimeDelta::minutes(1))
    }
}

/// A request and what came of it.
#[derive(Clone)]
pub struct Exchange {
    /// The request.
    pub request: SupplierRequest,
    /// When the call began.
    pub asked_at: DateTime<Utc>,
    /// The response.
    pub response: Result<Option<SupplierResponse>, SupplierError>,
    /// How long after the end of a call the provider may still register a request.
    pub registration_time: TimeDelta,
    /// Whether a request may be sent again with its reference.
    pub is_resend_safe: bool,
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
}

/// Decides the next request for a unit. Returns `None` where the unit needs no request: it was provisioned from stock,
/// cannot be provisioned, or is done.
pub fn next_request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    limits: &Limits,
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
        let Some(resend_at) = open.resend_at else {
            return SupplierRequest::lookup(tx.conn(), open, target).map(Some);
        };
        if open.sends < MAX_SENDS && !open.candidate.is_paused() {
            if resend_at > now {
                schedule(tx, &unit, resend_at)?;
                return Ok(None);
            }
            allocations::record_resend(tx, &open.reference, now)?;
            return Ok(Some(SupplierRequest {
                candidate: open.candidate,
                reference: open.reference,
                topup: target,
                order_ref: None,
                known_orders: Vec::new(),
                lookup: None,
            }));
        }
        let (why, refused) = (
            "The provider accepts no request.",
            ProvisioningAttemptStatus::Refused,
        );
        allocations::record_outcome(tx, &open.reference, refused, None, Some(why), now)?;
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
    if allocations::count_attempts(tx.conn(), unit.id)? >= MAX_ATTEMPTS {
        let why = match &unit.last_error {
            Some(error) => format!("{MAX_ATTEMPTS} requests to providers failed: {error}"),
            None => format!("{MAX_ATTEMPTS} requests to providers failed."),
        };
        mark_unit_for_review(tx, actor, &unit, &why, now)?;
        return Ok(None);
    }
    choose_provider(tx, actor, limits, &order, &unit, target, now)
}

/// Chooses a provider for a unit and records the request. The unit waits where a provider can supply it later, and fails
/// where none can.
fn choose_provider(
    tx: &mut Tx<'_>,
    actor: &Actor,
    limits: &Limits,
    order: &OrderRow,
    unit: &Unit,
    target: Option<topup::TargetEsim>,
    now: DateTime<Utc>,
) -> Result<Option<SupplierRequest>> {
    let (topup, topup_provider) = target
        .map(|target| (target.target, target.provider))
        .unzip();
    // The verification of a customer who is no longer active stays as it was when the order was placed.
    let buyer = query::buyer(tx.conn(), order.user_id)?;
    let wanted = Wanted {
        unit: Some(unit.id),
        plan: order.plan_id,
        topup_provider,
        is_trial: query::is_trial(tx.conn(), order.user_id)?,
        is_verified: buyer.is_none_or(|buyer| buyer.is_verified),
        price: Some((&order.unit_price, order.currency)),
        megabytes: order.terms()?.data_limit_mb,
    };
    let (candidate, routing) = match routing::choose(tx, limits, &wanted, now)? {
        Choice::Chosen {
            candidate,
            decision,
        } => (*candidate, decision),
        Choice::Later(decision) => {
            allocations::record_routing(tx, unit.id, &decision)?;
            if now - unit.created_at > PATIENCE {
                let why = "No provider could supply the eSIM within a day.";
                mark_unit_for_review(tx, actor, unit, why, now)?;
                return Ok(None);
            }
            let why = format!("Waiting for a provider: {}.", reasons(&decision));
            if unit::transition(tx, actor, unit, &UnitChange::Waiting(&why))? {
                schedule(tx, unit, now + NEXT_LOOK)?;
            }
            return Ok(None);
        }
        Choice::Never(decision) => {
            allocations::record_routing(tx, unit.id, &decision)?;
            let last = unit.last_error.as_deref().map_or(String::new(), |error| {
                format!(" The last provider answered: {error}")
            });
            let why = if decision
                .candidates
                .iter()
                .any(|candidate| candidate.reason == RoutingReason::Trial)
            {
                "The order is a trial, and the provider is not simulated.".to_owned()
            } else {
                format!("Out of stock; every provider declined.{last}")
            };
            mark_unit_failed(tx, actor, unit, &why, now)?;
            return Ok(None);
        }
    };
    let pool = wanted.megabytes.as_ref();
    let reference = allocations::record_attempt(tx, unit, &candidate, &routing, pool, now)?;
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
        lookup: None,
    }))
}

/// Returns the reasons of a decision in words, each once.
fn reasons(decision: &RoutingDecision) -> String {
    let mut labels: Vec<&str> = Vec::new();
    for candidate in &decision.candidates {
        let label = candidate.reason.label();
        if candidate.reason.is_temporary() && !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels.join(", ")
}

/// Schedules the next step of a unit.
fn schedule(tx: &mut Tx<'_>, unit: &Unit, at: DateTime<Utc>) -> Result<()> {
    // The database stores microseconds; the job compares the time with the stored one.
    let at = at.trunc_subsecs(6);
    unit::schedule_question(tx, unit, Some(at))?;
    let job = ContinueProvisioning {
        order: unit.order_id,
        unit_no: unit.unit_no,
        at,
    };
    jobs::enqueue_at(tx, &job, at)
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
            ended_at,
            missing_since,
            sends,
            order_ref,
            candidate,
            ..
        } = sent;
        let provider = candidate.provider;
        let known_orders = allocations::known_orders(conn, provider, &reference, sent_at)?;
        Ok(Self {
            candidate,
            reference,
            topup,
            order_ref,
            known_orders,
            lookup: Some(Lookup {
                sent_at,
                ended_at,
                missing_since,
                sends,
            }),
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

/// Sends a request to its provider, and returns what came of it. Never call this within a transaction.
pub async fn send(ctx: &Ctx, request: SupplierRequest) -> Exchange {
    let asked_at = ctx.clock.now();
    let can =
        (ctx.ports.suppliers)(request.candidate.adapter).map(|supplier| supplier.capabilities());
    let kind = match request.lookup {
        None => CallKind::Order,
        Some(_) => CallKind::Other,
    };
    let provider = request.candidate.provider;
    let response = health::call(ctx, provider, kind, call(ctx, &request)).await;
    Exchange {
        asked_at,
        response,
        // Without its adapter a provider cannot be asked, so nothing is believed.
        registration_time: can.map_or(PATIENCE, |can| can.registration_time),
        is_resend_safe: can.is_some_and(|can| can.resend_is_safe),
        request,
    }
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
        return match request.lookup {
            None => supplier
                .order(&account, &purchase)
                .await
                .map(|new| Some(new.into())),
            Some(at) => {
                let found = supplier
                    .find_order(&account, &request.sent(purchase, at.sent_at))
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
    match request.lookup {
        None => supplier
            .top_up(&account, &topup)
            .await
            .map(|new| Some(new.into())),
        Some(at) => {
            let found = supplier
                .find_top_up(&account, &request.sent(topup, at.sent_at))
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
    exchange: Exchange,
    now: DateTime<Utc>,
) -> Result<NextStep> {
    let order = lock_sale(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    let request = &exchange.request;
    let reference = &request.reference;
    if request.lookup.is_none() {
        allocations::record_end(tx, reference, now)?;
    }
    // The call of a request that was just sent has ended now.
    let lookup = request.lookup.unwrap_or(Lookup {
        sent_at: exchange.asked_at,
        ended_at: Some(now),
        missing_since: None,
        sends: 1,
    });
    match exchange.response {
        Ok(Some(SupplierResponse::TopUp(added))) => {
            let receipt = Receipt::from(&added);
            let succeeded = ProvisioningAttemptStatus::Succeeded;
            if allocations::record_outcome(tx, reference, succeeded, Some(&receipt), None, now)? {
                unit::schedule_question(tx, &unit, None)?;
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
            let receipt = Receipt::from(&supplied);
            let succeeded = ProvisioningAttemptStatus::Succeeded;
            if allocations::record_outcome(tx, reference, succeeded, Some(&receipt), None, now)? {
                unit::schedule_question(tx, &unit, None)?;
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
            allocations::record_missing(tx, reference, None)?;
            let why = "The provider has accepted the order and delivers later.";
            let at = now + ask_again.clamp(TimeDelta::seconds(1), TimeDelta::minutes(5));
            wait(tx, actor, &unit, request, why, at, now)
        }
        Ok(None) => {
            let settles_at = lookup.settles_at(exchange.registration_time);
            if exchange.asked_at < settles_at {
                let why = "The provider does not know the request yet.";
                return wait(tx, actor, &unit, request, why, settles_at, now);
            }
            let believed_at = lookup.missing_since.map(|since| since + SECOND_ANSWER);
            if believed_at.is_none_or(|at| exchange.asked_at < at) {
                let since = lookup.missing_since.unwrap_or(exchange.asked_at);
                allocations::record_missing(tx, reference, Some(since))?;
                let why = "The provider does not know the request; it is asked a second time.";
                return wait(tx, actor, &unit, request, why, since + SECOND_ANSWER, now);
            }
            let why = "The provider does not know the request.";
            if exchange.is_resend_safe && lookup.sends < MAX_SENDS {
                allocations::record_without_effect(tx, reference, now, why)?;
                return Ok(NextStep::Continue);
            }
            // The next provider is asked, before this one is asked again.
            let abandoned = ProvisioningAttemptStatus::Abandoned;
            allocations::record_outcome(tx, reference, abandoned, None, Some(why), now)?;
            let error = "A request did not reach the provider.";
            unit::transition(tx, actor, &unit, &UnitChange::Queued(error))?;
            Ok(NextStep::Continue)
        }
        Err(error) => {
            attention::check(tx, actor, &request.candidate, &error, now)?;
            let why = error.to_string();
            match &error {
                SupplierError::RateLimited { retry_after } => {
                    let at = now + (*retry_after).clamp(TimeDelta::seconds(1), TimeDelta::hours(1));
                    if request.lookup.is_none() {
                        allocations::record_without_effect(tx, reference, at, &why)?;
                    }
                    return wait(tx, actor, &unit, request, &why, at, now);
                }
                SupplierError::Unknown {
                    order_ref: Some(order_ref),
                    ..
                } => allocations::record_order_ref(tx, reference, order_ref)?,
                _ => {}
            }
            if is_final(&error, request) {
                let refused = ProvisioningAttemptStatus::Refused;
                allocations::record_outcome(tx, reference, refused, None, Some(&why), now)?;
                if is_unreached(&error) {
                    allocations::record_unreached(tx, reference, now + NEXT_LOOK)?;
                }
                unit::transition(tx, actor, &unit, &UnitChange::Queued(&why))?;
                return Ok(NextStep::Continue);
            }
            wait(
                tx,
                actor,
                &unit,
                request,
                &why,
                lookup.next_question(now),
                now,
            )
        }
    }
}

/// Returns whether an error proves that nothing was bought. The error of a question says so only when the provider gives the
/// reason why it did not supply the order.
const fn is_final(error: &SupplierError, request: &SupplierRequest) -> bool {
    if request.lookup.is_none() {
        return error.is_without_effect();
    }
    matches!(
        error,
        SupplierError::Refused {
            reason: Refusal::OutOfStock
                | Refusal::UnknownSku
                | Refusal::PriceChanged
                | Refusal::NoBalance,
            ..
        }
    )
}

/// Returns whether the provider could not consider the request at all, so that it is asked again later.
const fn is_unreached(error: &SupplierError) -> bool {
    matches!(
        error,
        SupplierError::Unauthorized { .. }
            | SupplierError::Refused {
                reason: Refusal::Unreachable | Refusal::Maintenance,
                ..
            }
    )
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
        user_id: Some(order.user_id),
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

/// Records that the outcome of a request is unknown, and schedules the next step. After a day an administrator reviews it.
fn wait(
    tx: &mut Tx<'_>,
    actor: &Actor,
    unit: &Unit,
    request: &SupplierRequest,
    why: &str,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<NextStep> {
    let unknown = ProvisioningAttemptStatus::Unknown;
    let reference = &request.reference;
    if !allocations::record_outcome(tx, reference, unknown, None, Some(why), now)? {
        return Ok(NextStep::Done);
    }
    let sent_at = request.lookup.map_or(now, |lookup| lookup.sent_at);
    if now - sent_at > PATIENCE {
        mark_unit_for_review(tx, actor, unit, why, now)?;
        return Ok(NextStep::Done);
    }
    if unit::transition(tx, actor, unit, &UnitChange::Waiting(why))? {
        schedule(tx, unit, at)?;
    }
    Ok(NextStep::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(ended_at: Option<DateTime<Utc>>) -> Lookup {
        Lookup {
            sent_at: DateTime::UNIX_EPOCH,
            ended_at,
            missing_since: None,
            sends: 1,
        }
    }

    #[test]
    fn settling_time_counts_from_the_end_of_the_call() {
        let registration = TimeDelta::seconds(20);
        let end = DateTime::UNIX_EPOCH + TimeDelta::seconds(12);
        assert_eq!(
            lookup(Some(end)).settles_at(registration),
            end + registration
        );
    }

    #[test]
    fn call_of_a_crashed_process_is_assumed_to_take_the_longest() {
        let longest = DateTime::UNIX_EPOCH + TimeDelta::seconds(30);
        let registration = TimeDelta::seconds(20);
        assert_eq!(
            lookup(None).settles_at(registration),
            longest + registration
        );
    }

    #[test]
    fn questions_are_at_most_a_minute_apart() {
        let after = |seconds| {
            let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
            lookup(None).next_question(now) - now
        };
        assert_eq!(after(0), TimeDelta::seconds(5));
        assert_eq!(after(30), TimeDelta::seconds(15));
        assert_eq!(after(86_400), TimeDelta::minutes(1));
    }
}
