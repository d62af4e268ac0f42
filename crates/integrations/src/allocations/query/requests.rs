//! SQL of the requests to providers. A request is stored before it is sent.

use super::*;
use crate::{
    providers,
    routing::{Candidate, OfferColumns, ProviderColumns},
};
use bigdecimal::BigDecimal;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{insert_into, pg::Pg, prelude::*, sql_query, sql_types, update};
use platform::{Conn, Error, Result, Tx};
use schema::{
    data_allocations, data_providers, plan_provider_offers as offers,
    provisioning_attempts as attempts, provisioning_jobs as units,
};
use suppliers::{Cost, SuppliedEsim, SuppliedTopUp};
use wire::{
    AllocationId, Decimal, EsimId, OrderId, PlanId, ProviderId, ProvisioningAttemptId,
    ProvisioningJobId,
    integrations::{
        allocations::{AllocationStatus, ProvisioningAttemptStatus, ProvisioningStatus},
        providers::ProviderAdapter,
        routing::{RoutingDecision, RoutingReason},
    },
};

/// Returns whether a provider that is not simulated has an active offer for a plan.
pub fn has_real_provider(conn: &mut Conn, plan: PlanId) -> Result<bool> {
    let known = ProviderAdapter::ALL.iter().copied();
    let real: Vec<ProviderAdapter> = known.filter(|adapter| !adapter.is_simulated()).collect();
    let real_offers = offers::table
        .inner_join(data_providers::table)
        .filter(offers::plan_id.eq(plan))
        .filter(offers::is_active)
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .filter(data_providers::adapter.eq_any(real));
    Ok(diesel::select(diesel::dsl::exists(real_offers)).get_result(conn)?)
}

/// When an abandoned request is checked first, and how long after that again.
const FIRST_CHECK: TimeDelta = TimeDelta::hours(1);
const LAST_CHECK: TimeDelta = TimeDelta::hours(23);

/// A request that was sent, with the data of a lookup.
pub struct SentAttempt {
    /// Our reference, which was sent to the provider.
    pub reference: String,
    /// When the request was sent.
    pub sent_at: DateTime<Utc>,
    /// When the call ended; `None` if the process ended before.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the provider first answered that it has no such order, at a time at which the answer counts.
    pub missing_since: Option<DateTime<Utc>>,
    /// From when on the request is sent again; `None` where it may have had an effect.
    pub resend_at: Option<DateTime<Utc>>,
    /// How often it was sent.
    pub sends: i32,
    /// The id of the order at the provider, once the provider has answered with it.
    pub order_ref: Option<String>,
    /// The provider of the request.
    pub candidate: Candidate,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts, check_for_backend(Pg))]
struct SentRow {
    reference: String,
    sent_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    missing_since: Option<DateTime<Utc>>,
    resend_at: Option<DateTime<Utc>>,
    sends: i32,
    provider_order_ref: Option<String>,
    #[diesel(embed)]
    offer: OfferColumns,
    #[diesel(embed)]
    provider: ProviderColumns,
}

impl From<SentRow> for SentAttempt {
    fn from(row: SentRow) -> Self {
        Self {
            reference: row.reference,
            sent_at: row.sent_at,
            ended_at: row.ended_at,
            missing_since: row.missing_since,
            resend_at: row.resend_at,
            sends: row.sends,
            order_ref: row.provider_order_ref,
            candidate: Candidate::new(row.offer, row.provider, RoutingReason::Eligible),
        }
    }
}

/// Returns the request of a unit whose outcome is open.
pub fn open_attempt(conn: &mut Conn, unit: ProvisioningJobId) -> Result<Option<SentAttempt>> {
    last_attempt(
        conn,
        unit,
        &[
            ProvisioningAttemptStatus::Sent,
            ProvisioningAttemptStatus::Unknown,
        ],
    )
}

/// Returns the request that has supplied a unit.
pub fn successful_attempt(conn: &mut Conn, unit: ProvisioningJobId) -> Result<Option<SentAttempt>> {
    last_attempt(conn, unit, &[ProvisioningAttemptStatus::Succeeded])
}

fn last_attempt(
    conn: &mut Conn,
    unit: ProvisioningJobId,
    statuses: &[ProvisioningAttemptStatus],
) -> Result<Option<SentAttempt>> {
    Ok(attempts::table
        .inner_join(data_providers::table)
        .inner_join(offers::table)
        .filter(attempts::job_id.eq(unit))
        .filter(attempts::status.eq_any(statuses))
        .order(attempts::attempt_no.desc())
        .select(SentRow::as_select())
        .first(conn)
        .optional()?
        .map(SentAttempt::from))
}

/// Returns the abandoned requests about which the provider is asked again now, with the order and the number of their unit.
pub fn due_checks(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<String>> {
    Ok(attempts::table
        .filter(attempts::status.eq(ProvisioningAttemptStatus::Abandoned))
        .filter(attempts::check_at.le(now))
        .order(attempts::check_at)
        .limit(200)
        .select(attempts::reference)
        .load(conn)?)
}

/// Returns an abandoned request with the order and the number of its unit. The next check is scheduled: an hour after the
/// request was abandoned, and a day after it.
pub fn begin_check(
    tx: &mut Tx<'_>,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<Option<(OrderId, i32, SentAttempt)>> {
    let due = attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::status.eq(ProvisioningAttemptStatus::Abandoned))
        .filter(attempts::check_at.is_not_null());
    let checks: Option<i32> = update(due)
        .set(attempts::checks.eq(attempts::checks + 1))
        .returning(attempts::checks)
        .get_result(tx.conn())
        .optional()?;
    let Some(checks) = checks else {
        return Ok(None);
    };
    let next = (checks == 1).then_some(now + LAST_CHECK);
    update(attempts::table.filter(attempts::reference.eq(reference)))
        .set(attempts::check_at.eq(next))
        .execute(tx.conn())?;
    let (order, unit_no, row): (OrderId, i32, SentRow) = attempts::table
        .inner_join(data_providers::table)
        .inner_join(offers::table)
        .inner_join(units::table)
        .filter(attempts::reference.eq(reference))
        .select((units::order_id, units::unit_no, SentRow::as_select()))
        .first(tx.conn())?;
    Ok(Some((order, unit_no, row.into())))
}

/// Stores what a provider has delivered for an abandoned request, and returns whether the request was still abandoned.
pub fn record_late(
    tx: &mut Tx<'_>,
    reference: &str,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> Result<bool> {
    let late = attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::status.eq(ProvisioningAttemptStatus::Abandoned));
    let cost = receipt.cost.clone();
    let noted = update(late)
        .set((
            attempts::status.eq(ProvisioningAttemptStatus::Succeeded),
            attempts::answered_at.eq(now),
            attempts::check_at.eq(None::<DateTime<Utc>>),
            attempts::provider_order_ref.eq(receipt.order_ref.clone()),
            cost.map(|cost| {
                (
                    attempts::cost.eq(cost.amount),
                    attempts::currency.eq(cost.currency),
                )
            }),
        ))
        .execute(tx.conn())?;
    Ok(noted == 1)
}

/// Returns the order and the number of the unit whose request a provider reports on, by its id of the order or our reference.
pub fn find_reported(
    conn: &mut Conn,
    provider: ProviderId,
    order_ref: Option<&str>,
    reference: Option<&str>,
) -> Result<Option<(OrderId, i32)>> {
    let mut found = attempts::table
        .inner_join(units::table)
        .filter(attempts::provider_id.eq(provider))
        .into_boxed();
    found = match (reference, order_ref) {
        (Some(reference), _) => found.filter(attempts::reference.eq(reference.to_owned())),
        (None, Some(id)) => found.filter(attempts::provider_order_ref.eq(id.to_owned())),
        (None, None) => return Ok(None),
    };
    Ok(found
        .order(attempts::sent_at.desc())
        .select((units::order_id, units::unit_no))
        .first(conn)
        .optional()?)
}

/// Returns the ids at the provider of the orders of other requests around the time of a request, for providers that do not
/// store our reference.
pub fn known_orders(
    conn: &mut Conn,
    provider: ProviderId,
    reference: &str,
    sent_at: DateTime<Utc>,
) -> Result<Vec<String>> {
    Ok(attempts::table
        .filter(attempts::provider_id.eq(provider))
        .filter(attempts::sent_at.ge(sent_at - TimeDelta::days(1)))
        .filter(attempts::reference.ne(reference))
        .filter(attempts::provider_order_ref.is_not_null())
        .order(attempts::sent_at.desc())
        .limit(1_000)
        .select(attempts::provider_order_ref.assume_not_null())
        .load(conn)?)
}

/// Stores a request before it is sent, and returns its reference. The reference is ours, and unique to this request.
pub fn record_attempt(
    tx: &mut Tx<'_>,
    unit: &Unit,
    candidate: &Candidate,
    routing: &RoutingDecision,
    pool_mb: Option<&Decimal>,
    now: DateTime<Utc>,
) -> Result<String> {
    let number = unit.attempts + 1;
    let reference = format!("{}-{number}", unit.id);
    insert_into(attempts::table)
        .values((
            attempts::id.eq(ProvisioningAttemptId::new()),
            attempts::job_id.eq(unit.id),
            attempts::provider_id.eq(candidate.provider),
            attempts::offer_id.eq(candidate.offer),
            attempts::attempt_no.eq(number),
            attempts::reference.eq(&reference),
            attempts::status.eq(ProvisioningAttemptStatus::Sent),
            attempts::sent_at.eq(now),
            attempts::routing.eq(json_of(routing)?),
        ))
        .execute(tx.conn())?;
    if let Some(megabytes) = pool_mb {
        // Only what the router has taken is returned later.
        sql_query(
            "UPDATE provisioning_attempts a SET pool_gb = $2 / 1000 FROM data_providers p \
             WHERE a.reference = $1 AND p.id = a.provider_id AND p.available_data_gb IS NOT NULL",
        )
        .bind::<sql_types::Text, _>(&reference)
        .bind::<sql_types::Numeric, _>(megabytes.exact().clone())
        .execute(tx.conn())?;
    }
    update(units::table.find(unit.id))
        .set((
            units::routing.eq(json_of(routing)?),
            units::attempts.eq(units::attempts + 1),
            units::status.eq(ProvisioningStatus::Running),
        ))
        .execute(tx.conn())?;
    Ok(reference)
}

fn json_of(routing: &RoutingDecision) -> Result<serde_json::Value> {
    serde_json::to_value(routing).map_err(Error::internal)
}

/// Stores the decision of the router for a unit for which it chose no provider.
pub fn record_routing(
    tx: &mut Tx<'_>,
    unit: ProvisioningJobId,
    routing: &RoutingDecision,
) -> Result<()> {
    update(units::table.find(unit))
        .set(units::routing.eq(json_of(routing)?))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores that the call of a request has ended without an outcome.
pub fn record_end(tx: &mut Tx<'_>, reference: &str, now: DateTime<Utc>) -> Result<()> {
    update(open(reference))
        .set(attempts::ended_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores that a provider has no order for a request, at a time at which the answer counts; `None` when it has one.
pub fn record_missing(
    tx: &mut Tx<'_>,
    reference: &str,
    since: Option<DateTime<Utc>>,
) -> Result<()> {
    update(open(reference))
        .set(attempts::missing_since.eq(since))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores that a request had no effect, and is sent again from a time on.
pub fn record_without_effect(
    tx: &mut Tx<'_>,
    reference: &str,
    resend_at: DateTime<Utc>,
    why: &str,
) -> Result<()> {
    update(open(reference))
        .set((
            attempts::resend_at.eq(resend_at),
            attempts::missing_since.eq(None::<DateTime<Utc>>),
            attempts::error.eq(why),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores that a refused request did not reach the provider, which is asked again from a time on with a new request.
pub fn record_unreached(tx: &mut Tx<'_>, reference: &str, again_at: DateTime<Utc>) -> Result<()> {
    let refused = attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::status.eq(ProvisioningAttemptStatus::Refused));
    update(refused)
        .set(attempts::resend_at.eq(again_at))
        .execute(tx.conn())?;
    Ok(())
}

/// Counts the requests of a unit, without those that did not reach their provider.
pub fn count_attempts(conn: &mut Conn, unit: ProvisioningJobId) -> Result<i64> {
    Ok(attempts::table
        .filter(attempts::job_id.eq(unit))
        .filter(
            attempts::status
                .ne(ProvisioningAttemptStatus::Refused)
                .or(attempts::resend_at.is_null()),
        )
        .count()
        .get_result(conn)?)
}

/// Stores that a request is sent again with its reference, before it is sent.
pub fn record_resend(tx: &mut Tx<'_>, reference: &str, now: DateTime<Utc>) -> Result<()> {
    update(open(reference))
        .set((
            attempts::status.eq(ProvisioningAttemptStatus::Sent),
            attempts::resend_at.eq(None::<DateTime<Utc>>),
            attempts::ended_at.eq(None::<DateTime<Utc>>),
            attempts::sent_at.eq(now),
            attempts::sends.eq(attempts::sends + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

type Open<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<attempts::table, diesel::dsl::Eq<attempts::reference, &'a str>>,
    diesel::dsl::EqAny<attempts::status, [ProvisioningAttemptStatus; 2]>,
>;

/// Selects a request whose outcome is open.
fn open(reference: &str) -> Open<'_> {
    attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::status.eq_any([
            ProvisioningAttemptStatus::Sent,
            ProvisioningAttemptStatus::Unknown,
        ]))
}

/// Gives the data of a request back to the pool of its provider, once.
fn return_to_pool(tx: &mut Tx<'_>, reference: &str) -> Result<()> {
    let reserved: Option<(ProviderId, Option<BigDecimal>)> = attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::pool_gb.is_not_null())
        .for_update()
        .select((attempts::provider_id, attempts::pool_gb))
        .first(tx.conn())
        .optional()?;
    let Some((provider, Some(gigabytes))) = reserved else {
        return Ok(());
    };
    update(attempts::table.filter(attempts::reference.eq(reference)))
        .set(attempts::pool_gb.eq(None::<BigDecimal>))
        .execute(tx.conn())?;
    providers::return_to_pool(tx, provider, &gigabytes)
}

/// What a provider has sold: its id of the order, and the cost if it states one.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The id of the order at the provider.
    pub order_ref: String,
    /// The id of the package on the eSIM.
    pub bundle_ref: Option<String>,
    /// What the provider charged.
    pub cost: Option<Cost>,
}

impl From<&SuppliedEsim> for Receipt {
    fn from(supplied: &SuppliedEsim) -> Self {
        Self {
            order_ref: supplied.order_ref.clone(),
            bundle_ref: supplied.bundle_ref.clone(),
            cost: supplied.cost.clone(),
        }
    }
}

impl From<&SuppliedTopUp> for Receipt {
    fn from(added: &SuppliedTopUp) -> Self {
        Self {
            order_ref: added.order_ref.clone(),
            bundle_ref: added.bundle_ref.clone(),
            cost: added.cost.clone(),
        }
    }
}

impl Receipt {
    /// Returns the id by which the provider names the package in its usage: its own, or that of the order.
    pub fn package_ref(&self) -> &str {
        self.bundle_ref.as_deref().unwrap_or(&self.order_ref)
    }
}

/// Stores the outcome of a request whose outcome is open, and returns whether it was open.
pub fn record_outcome(
    tx: &mut Tx<'_>,
    reference: &str,
    outcome: ProvisioningAttemptStatus,
    receipt: Option<&Receipt>,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let cost = receipt.and_then(|receipt| receipt.cost.clone());
    let answered = (outcome != ProvisioningAttemptStatus::Unknown).then_some(now);
    let is_abandoned = outcome == ProvisioningAttemptStatus::Abandoned;
    let noted = update(open(reference))
        .set((
            attempts::status.eq(outcome),
            is_abandoned.then_some(attempts::check_at.eq(now + FIRST_CHECK)),
            attempts::error.eq(error),
            attempts::answered_at.eq(answered),
            receipt.map(|receipt| attempts::provider_order_ref.eq(receipt.order_ref.clone())),
            cost.map(|cost| {
                (
                    attempts::cost.eq(cost.amount),
                    attempts::currency.eq(cost.currency),
                )
            }),
        ))
        .execute(tx.conn())?;
    let has_bought_nothing = matches!(
        outcome,
        ProvisioningAttemptStatus::Refused | ProvisioningAttemptStatus::Abandoned
    );
    if noted == 1 && has_bought_nothing {
        return_to_pool(tx, reference)?;
    }
    Ok(noted == 1)
}

/// Stores the id of the order at the provider of a request whose outcome is open.
pub fn record_order_ref(tx: &mut Tx<'_>, reference: &str, order_ref: &str) -> Result<()> {
    update(attempts::table.filter(attempts::reference.eq(reference)))
        .set(attempts::provider_order_ref.eq(order_ref))
        .execute(tx.conn())?;
    Ok(())
}

/// Releases the allocations of an eSIM for an order, because the eSIM was cancelled. The charges of the providers stay until
/// they are reversed.
pub fn release(tx: &mut Tx<'_>, order: OrderId, esim: EsimId) -> Result<()> {
    let ordered = units::table
        .filter(units::order_id.eq(order))
        .select(units::id.nullable());
    let active = data_allocations::table
        .filter(data_allocations::esim_id.eq(esim))
        .filter(
            data_allocations::status.eq_any([AllocationStatus::Reserved, AllocationStatus::Active]),
        )
        .filter(data_allocations::provisioning_job_id.eq_any(ordered));
    update(active)
        .set(data_allocations::status.eq(AllocationStatus::Released))
        .execute(tx.conn())?;
    Ok(())
}

/// Records the data that a provider has allocated to an eSIM, once per order reference of the provider.
pub fn allocate(
    tx: &mut Tx<'_>,
    unit: ProvisioningJobId,
    candidate: &Candidate,
    esim: EsimId,
    receipt: &Receipt,
    megabytes: Option<&Decimal>,
) -> Result<()> {
    let charged = receipt
        .cost
        .clone()
        .unwrap_or_else(|| candidate.listed_cost());
    insert_into(data_allocations::table)
        .values((
            data_allocations::id.eq(AllocationId::new()),
            data_allocations::esim_id.eq(esim),
            data_allocations::provider_id.eq(candidate.provider),
            data_allocations::provisioning_job_id.eq(unit),
            data_allocations::status.eq(AllocationStatus::Active),
            data_allocations::provider_order_ref.eq(&receipt.order_ref),
            data_allocations::allocated_mb.eq(megabytes.cloned().unwrap_or_else(Decimal::zero)),
            data_allocations::cost.eq(charged.amount),
            data_allocations::currency.eq(charged.currency),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}
