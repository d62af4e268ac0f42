//! SQL of the requests to providers. A request is stored before it is sent.

use super::*;
use crate::providers::{self, SealedAccount};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::{AsExprOf, sql},
    expression::{SqlLiteral, UncheckedBind},
    insert_into,
    prelude::*,
    sql_types::{self, BigInt},
    update,
};
use platform::{Conn, Result, Tx, crypto::Keyring};
use schema::{
    data_allocations, data_providers, plan_provider_offers as offers,
    provisioning_attempts as attempts, provisioning_jobs as units,
};
use suppliers::{Account, Cost, Purchase};
use wire::{
    AllocationId, Currency, Decimal, EsimId, Money, OfferId, OrderId, PlanId, ProviderId,
    ProvisioningAttemptId, ProvisioningJobId,
    integrations::{
        allocations::{AllocationStatus, ProvisioningAttemptStatus, ProvisioningStatus},
        providers::ProviderAdapter,
    },
};

/// A provider that can supply a plan, with the data of a request to it.
#[derive(Clone)]
pub struct Candidate {
    /// The offer.
    pub offer: OfferId,
    /// The provider.
    pub provider: ProviderId,
    /// The adapter of the provider.
    pub adapter: ProviderAdapter,
    sku: String,
    topup_sku: Option<String>,
    cost: Money,
    currency: Currency,
    account: SealedAccount,
}

type CandidateRow = (
    OfferId,
    ProviderAdapter,
    String,
    Option<String>,
    Money,
    Currency,
    SealedAccount,
);

impl From<CandidateRow> for Candidate {
    fn from((offer, adapter, sku, topup_sku, cost, currency, account): CandidateRow) -> Self {
        Self {
            offer,
            provider: account.id,
            adapter,
            sku,
            topup_sku,
            cost,
            currency,
            account,
        }
    }
}

/// The unit and plan for which a provider is selected.
pub struct CandidateQuery<'a> {
    /// The unit to provision.
    pub unit: ProvisioningJobId,
    /// The plan that was sold.
    pub plan: PlanId,
    /// The provider of the eSIM that is topped up; any provider otherwise.
    pub only: Option<ProviderId>,
    /// The adapters that this server may use.
    pub adapters: &'a [ProviderAdapter],
}

/// Selects the offer of the next request: by its priority, the priority of the provider, then cost. Offers that were
/// rejected are left out. An offer whose provider did not know an earlier request comes after the offers with fewer such
/// requests, so that the next provider comes first.
pub fn next_candidate(conn: &mut Conn, wanted: &CandidateQuery<'_>) -> Result<Option<Candidate>> {
    let rejected = attempts::table
        .filter(attempts::job_id.eq(wanted.unit))
        .filter(attempts::status.eq(ProvisioningAttemptStatus::Refused))
        .filter(attempts::offer_id.is_not_null())
        .select(attempts::offer_id.assume_not_null());
    let mut candidates = offers::table.inner_join(data_providers::table).into_boxed();
    if let Some(provider) = wanted.only {
        candidates = candidates.filter(data_providers::id.eq(provider));
    }
    let next: Option<CandidateRow> = candidates
        .filter(offers::plan_id.eq(wanted.plan))
        .filter(offers::is_active)
        // Skip offers that the provider reports as sold out. An offer with unknown stock may be available.
        .filter(offers::stock.is_null().or(offers::stock.gt(0)))
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .filter(data_providers::adapter.eq_any(wanted.adapters.to_vec()))
        .filter(offers::id.ne_all(rejected))
        .order((
            times_abandoned(wanted.unit),
            offers::priority,
            data_providers::priority,
            offers::cost,
            offers::id,
        ))
        .select((
            offers::id,
            data_providers::adapter,
            offers::sku,
            offers::topup_sku,
            offers::cost,
            offers::currency,
            SealedAccount::as_select(),
        ))
        .first(conn)
        .optional()?;
    Ok(next.map(Candidate::from))
}

type Count = UncheckedBind<SqlLiteral<BigInt>, AsExprOf<ProvisioningJobId, sql_types::Uuid>>;

/// Counts the requests of a unit that the provider of an offer did not know.
fn times_abandoned(unit: ProvisioningJobId) -> SqlLiteral<BigInt, Count> {
    sql::<BigInt>(
        "(SELECT count(*) FROM provisioning_attempts a WHERE a.status = 'abandoned' AND a.provider_id = data_providers.id AND a.job_id = ",
    )
    .bind::<sql_types::Uuid, _>(unit)
    .sql(")")
}

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

/// A request that was sent, with the data of a lookup.
pub struct SentAttempt {
    /// Our reference, which was sent to the provider.
    pub reference: String,
    /// When the request was sent.
    pub sent_at: DateTime<Utc>,
    /// The id of the order at the provider, once the provider has answered with it.
    pub order_ref: Option<String>,
    /// The provider of the request.
    pub candidate: Candidate,
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
    let row: Option<(String, DateTime<Utc>, Option<String>, CandidateRow)> = attempts::table
        .inner_join(data_providers::table)
        .inner_join(offers::table)
        .filter(attempts::job_id.eq(unit))
        .filter(attempts::status.eq_any(statuses))
        .order(attempts::attempt_no.desc())
        .select((
            attempts::reference,
            attempts::sent_at,
            attempts::provider_order_ref,
            (
                offers::id,
                data_providers::adapter,
                offers::sku,
                offers::topup_sku,
                offers::cost,
                offers::currency,
                SealedAccount::as_select(),
            ),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(reference, sent_at, order_ref, row)| SentAttempt {
        reference,
        sent_at,
        order_ref,
        candidate: row.into(),
    }))
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
        ))
        .execute(tx.conn())?;
    update(units::table.find(unit.id))
        .set((
            units::attempts.eq(units::attempts + 1),
            units::status.eq(ProvisioningStatus::Running),
        ))
        .execute(tx.conn())?;
    Ok(reference)
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
    let open = attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::status.eq_any([
            ProvisioningAttemptStatus::Sent,
            ProvisioningAttemptStatus::Unknown,
        ]));
    let cost = receipt.and_then(|receipt| receipt.cost.clone());
    let answered = (outcome != ProvisioningAttemptStatus::Unknown).then_some(now);
    let noted = update(open)
        .set((
            attempts::status.eq(outcome),
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
    let charged = receipt.cost.clone().unwrap_or_else(|| Cost {
        amount: candidate.cost.clone(),
        currency: candidate.currency,
    });
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

impl Candidate {
    /// Opens the account with which the provider is called.
    pub fn account(&self, keys: &Keyring) -> Result<Account> {
        providers::account(&self.account, keys)
    }

    /// Returns the purchase of a new eSIM with this reference.
    pub fn purchase(&self, reference: &str) -> Purchase {
        Purchase {
            reference: reference.to_owned(),
            sku: self.sku.clone(),
            expected_cost: Some(Cost {
                amount: self.cost.clone(),
                currency: self.currency,
            }),
            callback_url: None,
        }
    }

    /// Returns the purchase of a top-up with this reference.
    pub fn topup_purchase(&self, reference: &str) -> Purchase {
        let sku = self.topup_sku.as_ref().unwrap_or(&self.sku).clone();
        Purchase {
            sku,
            ..self.purchase(reference)
        }
    }
}
