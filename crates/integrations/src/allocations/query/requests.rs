//! SQL of the requests to providers, written down before they go out.

use super::*;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{AsExprOf, sql},
    expression::{SqlLiteral, UncheckedBind},
    insert_into,
    prelude::*,
    sql_types::{self, BigInt},
    update,
};
use platform::{
    Conn, Result, Tx,
    config::Secret,
    crypto::{Keyring, Place},
    ports::supplier::{Purchase, Supplied},
};
use schema::{
    data_allocations, data_providers, plan_provider_offers as offers,
    provisioning_attempts as attempts, provisioning_jobs as units,
};
use wire::{
    AllocationId, AttemptId, Currency, Decimal, EsimId, Money, OfferId, OrderId, PlanId,
    ProviderId, ProvisioningJobId,
    integrations::{
        allocations::{AllocationStatus, AttemptStatus, ProvisioningStatus},
        providers::Adapter,
    },
};

/// A provider that can supply a plan, and how to ask it.
pub struct Candidate {
    /// Its offer.
    pub offer: OfferId,
    /// The provider.
    pub provider: ProviderId,
    /// How we talk to it.
    pub adapter: Adapter,
    sku: String,
    endpoint: String,
    sealed_key: String,
}

type CandidateRow = (OfferId, ProviderId, Adapter, String, String, String);

/// The unit and plan that a provider is looked for.
pub struct CandidateQuery<'a> {
    /// The unit that is provisioned.
    pub unit: ProvisioningJobId,
    /// The plan that was sold.
    pub plan: PlanId,
    /// The provider of the eSIM that is topped up; any provider otherwise.
    pub only: Option<ProviderId>,
    /// The adapters that may be asked here.
    pub adapters: &'a [Adapter],
}

/// Selects the offer that is asked next: by priority, the provider's priority, then cost. Offers that have refused are
/// left out. An offer whose provider did not know of an earlier request comes after every offer that was asked less
/// often, so that the next provider has its turn first.
pub fn candidate(conn: &mut Conn, wanted: &CandidateQuery<'_>) -> Result<Option<Candidate>> {
    let asked = attempts::table
        .filter(attempts::job_id.eq(wanted.unit))
        .filter(attempts::status.eq(AttemptStatus::Refused))
        .filter(attempts::offer_id.is_not_null())
        .select(attempts::offer_id.assume_not_null());
    let mut able = offers::table.inner_join(data_providers::table).into_boxed();
    if let Some(provider) = wanted.only {
        able = able.filter(data_providers::id.eq(provider));
    }
    let next: Option<CandidateRow> = able
        .filter(offers::plan_id.eq(wanted.plan))
        .filter(offers::is_active)
        // What the provider itself says is sold out is not asked for; what it says nothing of may be there.
        .filter(offers::stock.is_null().or(offers::stock.gt(0)))
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .filter(data_providers::adapter.eq_any(wanted.adapters.to_vec()))
        .filter(offers::id.ne_all(asked))
        .order((
            times_abandoned(wanted.unit),
            offers::priority,
            data_providers::priority,
            offers::cost,
            offers::id,
        ))
        .select((
            offers::id,
            data_providers::id,
            data_providers::adapter,
            offers::sku,
            data_providers::api_endpoint,
            data_providers::api_key_encrypted,
        ))
        .first(conn)
        .optional()?;
    Ok(next.map(
        |(offer, provider, adapter, sku, endpoint, sealed_key)| Candidate {
            offer,
            provider,
            adapter,
            sku,
            endpoint,
            sealed_key,
        },
    ))
}

type Count = UncheckedBind<SqlLiteral<BigInt>, AsExprOf<ProvisioningJobId, sql_types::Uuid>>;

/// Counts the requests of a unit that its provider did not know.
fn times_abandoned(unit: ProvisioningJobId) -> SqlLiteral<BigInt, Count> {
    sql::<BigInt>(
        "(SELECT count(*) FROM provisioning_attempts a WHERE a.status = 'abandoned' AND a.provider_id = data_providers.id AND a.job_id = ",
    )
    .bind::<sql_types::Uuid, _>(unit)
    .sql(")")
}

/// Whether anybody could be asked for a plan who does not only pretend to sell.
pub fn is_bought(conn: &mut Conn, plan: PlanId) -> Result<bool> {
    let known = Adapter::ALL.iter().copied();
    let real: Vec<Adapter> = known.filter(|adapter| !adapter.is_simulated()).collect();
    let asked = offers::table
        .inner_join(data_providers::table)
        .filter(offers::plan_id.eq(plan))
        .filter(offers::is_active)
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .filter(data_providers::adapter.eq_any(real));
    Ok(diesel::select(diesel::dsl::exists(asked)).get_result(conn)?)
}

/// A request, and how to ask about it.
pub struct LiveAttempt {
    /// Our reference, which the provider was given.
    pub reference: String,
    /// When it went out.
    pub sent_at: DateTime<Utc>,
    /// Who was asked, and how to ask again.
    pub candidate: Candidate,
}

/// The request of a unit whose outcome is open, if there is one.
pub fn live(conn: &mut Conn, unit: ProvisioningJobId) -> Result<Option<LiveAttempt>> {
    made(conn, unit, &[AttemptStatus::Sent, AttemptStatus::Unknown])
}

/// The request by which a unit was supplied.
pub fn bought(conn: &mut Conn, unit: ProvisioningJobId) -> Result<Option<LiveAttempt>> {
    made(conn, unit, &[AttemptStatus::Succeeded])
}

fn made(
    conn: &mut Conn,
    unit: ProvisioningJobId,
    with: &[AttemptStatus],
) -> Result<Option<LiveAttempt>> {
    let row: Option<(String, DateTime<Utc>, CandidateRow)> = attempts::table
        .inner_join(data_providers::table)
        .inner_join(offers::table)
        .filter(attempts::job_id.eq(unit))
        .filter(attempts::status.eq_any(with))
        .order(attempts::attempt_no.desc())
        .select((
            attempts::reference,
            attempts::sent_at,
            (
                offers::id,
                data_providers::id,
                data_providers::adapter,
                offers::sku,
                data_providers::api_endpoint,
                data_providers::api_key_encrypted,
            ),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(
        |(reference, sent_at, (offer, provider, adapter, sku, endpoint, sealed_key))| LiveAttempt {
            reference,
            sent_at,
            candidate: Candidate {
                offer,
                provider,
                adapter,
                sku,
                endpoint,
                sealed_key,
            },
        },
    ))
}

/// Writes a request down before it goes out; its reference is ours and names this one request for ever.
pub fn open(
    tx: &mut Tx<'_>,
    unit: &Unit,
    candidate: &Candidate,
    now: DateTime<Utc>,
) -> Result<String> {
    let number = unit.attempts + 1;
    let reference = format!("{}-{number}", unit.id);
    insert_into(attempts::table)
        .values((
            attempts::id.eq(AttemptId::new()),
            attempts::job_id.eq(unit.id),
            attempts::provider_id.eq(candidate.provider),
            attempts::offer_id.eq(candidate.offer),
            attempts::attempt_no.eq(number),
            attempts::reference.eq(&reference),
            attempts::status.eq(AttemptStatus::Sent),
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

/// Notes the outcome of a request, unless it had one; whether it was open.
pub fn answer(
    tx: &mut Tx<'_>,
    reference: &str,
    outcome: AttemptStatus,
    supplied: Option<&Supplied>,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let open = attempts::table
        .filter(attempts::reference.eq(reference))
        .filter(attempts::status.eq_any([AttemptStatus::Sent, AttemptStatus::Unknown]));
    let cost = supplied.and_then(|supplied| Some((supplied.cost.clone()?, supplied.currency?)));
    let answered = (outcome != AttemptStatus::Unknown).then_some(now);
    let noted = update(open)
        .set((
            attempts::status.eq(outcome),
            attempts::error.eq(error),
            attempts::answered_at.eq(answered),
            supplied.map(|supplied| attempts::provider_order_ref.eq(supplied.order_ref.clone())),
            cost.map(|(cost, currency)| (attempts::cost.eq(cost), attempts::currency.eq(currency))),
        ))
        .execute(tx.conn())?;
    Ok(noted == 1)
}

/// Releases what providers have allocated to an eSIM for an order, because the eSIM was cancelled. What they charged
/// stands until they take it back.
pub fn release(tx: &mut Tx<'_>, order: OrderId, esim: EsimId) -> Result<()> {
    let ordered = units::table
        .filter(units::order_id.eq(order))
        .select(units::id.nullable());
    let held = data_allocations::table
        .filter(data_allocations::esim_id.eq(esim))
        .filter(
            data_allocations::status.eq_any([AllocationStatus::Reserved, AllocationStatus::Active]),
        )
        .filter(data_allocations::provisioning_job_id.eq_any(ordered));
    update(held)
        .set(data_allocations::status.eq(AllocationStatus::Released))
        .execute(tx.conn())?;
    Ok(())
}

/// Books what a provider allocated to an eSIM, once per order of the provider's.
pub fn allocate(
    tx: &mut Tx<'_>,
    unit: ProvisioningJobId,
    candidate: &Candidate,
    esim: EsimId,
    supplied: &Supplied,
    megabytes: Option<&Decimal>,
) -> Result<()> {
    let (listed, currency): (Money, Currency) = offers::table
        .find(candidate.offer)
        .select((offers::cost, offers::currency))
        .first(tx.conn())?;
    let (cost, currency) = supplied
        .cost
        .clone()
        .zip(supplied.currency)
        .unwrap_or((listed, currency));
    insert_into(data_allocations::table)
        .values((
            data_allocations::id.eq(AllocationId::new()),
            data_allocations::esim_id.eq(esim),
            data_allocations::provider_id.eq(candidate.provider),
            data_allocations::provisioning_job_id.eq(unit),
            data_allocations::status.eq(AllocationStatus::Active),
            data_allocations::provider_order_ref.eq(&supplied.order_ref),
            data_allocations::allocated_mb.eq(megabytes.cloned().unwrap_or_else(Decimal::zero)),
            data_allocations::cost.eq(cost),
            data_allocations::currency.eq(currency),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

impl Candidate {
    /// The request under a reference, with the provider's key opened.
    pub fn purchase(&self, keys: &Keyring, reference: &str) -> Result<Purchase> {
        let key = keys.open_text(
            Place::new("data_providers", "api_key_encrypted", self.provider.0),
            &self.sealed_key,
        )?;
        Ok(Purchase {
            reference: reference.to_owned(),
            sku: self.sku.clone(),
            endpoint: self.endpoint.clone(),
            api_key: Secret::new(key),
        })
    }
}
