//! All SQL of provisioning.

use chrono::{DateTime, Utc};
use diesel::{insert_into, pg::Pg, prelude::*, update};
use platform::{
    Actor, Conn, Result, Tx,
    config::Secret,
    crypto::{Keyring, Place},
    page,
    ports::supplier::{Purchase, Supplied},
};
use schema::{
    data_allocations, data_providers, plan_provider_offers as offers,
    provisioning_attempts as attempts, provisioning_jobs as units,
};
use std::collections::HashMap;
use wire::{
    AllocationId, AttemptId, Currency, Decimal, EsimId, Money, OfferId, OrderId, Page, Paging,
    PlanId, ProviderId, ProvisioningJobId,
    integrations::{
        allocations::{
            AllocationStatus, Attempt, AttemptStatus, Provisioning, ProvisioningFilter,
            ProvisioningSort, ProvisioningStatus,
        },
        providers::Adapter,
    },
};

/// The provisioning of one ordered unit.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = units, check_for_backend(Pg))]
pub struct Unit {
    /// Which provisioning.
    pub id: ProvisioningJobId,
    /// For this order.
    pub order_id: OrderId,
    /// For this unit of it.
    pub unit_no: i32,
    /// How far it has come.
    pub status: ProvisioningStatus,
    /// The eSIM it led to.
    pub esim_id: Option<EsimId>,
    /// Requests so far.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// Begins the provisioning of a unit, unless it has begun.
pub fn queue(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<()> {
    insert_into(units::table)
        .values((
            units::id.eq(ProvisioningJobId::new()),
            units::order_id.eq(order),
            units::unit_no.eq(unit_no),
            units::status.eq(ProvisioningStatus::Queued),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// The provisioning of a unit, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<Unit> {
    Ok(units::table
        .filter(units::order_id.eq(order))
        .filter(units::unit_no.eq(unit_no))
        .for_update()
        .select(Unit::as_select())
        .first(tx.conn())?)
}

/// Every unit of an order.
pub fn units(conn: &mut Conn, order: OrderId) -> Result<Vec<Unit>> {
    Ok(units::table
        .filter(units::order_id.eq(order))
        .order(units::unit_no)
        .select(Unit::as_select())
        .load(conn)?)
}

/// Where a unit's provisioning has come to.
pub fn advance(
    tx: &mut Tx<'_>,
    id: ProvisioningJobId,
    to: ProvisioningStatus,
    found: Option<(&str, EsimId)>,
    error: Option<&str>,
) -> Result<()> {
    update(units::table.find(id))
        .set((
            units::status.eq(to),
            units::last_error.eq(error),
            found.map(|(source, esim)| (units::source.eq(source), units::esim_id.eq(esim))),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes a unit up again that was given up; whether there was one. Its refused requests no longer count.
pub fn reopen(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<bool> {
    let given_up = units::table
        .filter(units::order_id.eq(order))
        .filter(units::unit_no.eq(unit_no))
        .filter(units::status.eq_any([
            ProvisioningStatus::Failed,
            ProvisioningStatus::NeedsReview,
            ProvisioningStatus::Queued,
            ProvisioningStatus::Waiting,
            ProvisioningStatus::Running,
        ]));
    let reopened: Option<ProvisioningJobId> = update(given_up)
        .set((
            units::status.eq(ProvisioningStatus::Queued),
            units::last_error.eq(None::<String>),
        ))
        .returning(units::id)
        .get_result(tx.conn())
        .optional()?;
    if let Some(id) = reopened {
        update(
            attempts::table
                .filter(attempts::job_id.eq(id))
                .filter(attempts::status.eq(AttemptStatus::Refused)),
        )
        .set(attempts::offer_id.eq(None::<OfferId>))
        .execute(tx.conn())?;
    }
    Ok(reopened.is_some())
}

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

/// Who is asked next for a plan: by the offer's priority, the provider's, then the cost; nobody who has refused.
pub fn candidate(
    conn: &mut Conn,
    unit: ProvisioningJobId,
    plan: PlanId,
) -> Result<Option<Candidate>> {
    let asked = attempts::table
        .filter(attempts::job_id.eq(unit))
        .filter(attempts::status.eq(AttemptStatus::Refused))
        .filter(attempts::offer_id.is_not_null())
        .select(attempts::offer_id.assume_not_null());
    let next: Option<CandidateRow> = offers::table
        .inner_join(data_providers::table)
        .filter(offers::plan_id.eq(plan))
        .filter(offers::is_active)
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .filter(offers::id.ne_all(asked))
        .order((
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

/// A request whose outcome is open.
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
    let row: Option<(String, DateTime<Utc>, CandidateRow)> = attempts::table
        .inner_join(data_providers::table)
        .inner_join(offers::table)
        .filter(attempts::job_id.eq(unit))
        .filter(attempts::status.eq_any([AttemptStatus::Sent, AttemptStatus::Unknown]))
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = units, check_for_backend(Pg))]
struct Row {
    id: ProvisioningJobId,
    order_id: OrderId,
    unit_no: i32,
    status: ProvisioningStatus,
    source: Option<String>,
    esim_id: Option<EsimId>,
    last_error: Option<String>,
    next_attempt_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// One page of the provisionings, each with its attempts.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ProvisioningFilter,
    paging: &Paging<ProvisioningSort>,
) -> Result<Page<Provisioning>> {
    let rows: Page<Row> = page!(conn, paging, matching(filter) => Row, tie units::id, { ProvisioningSort::CreatedAt => units::created_at })?;
    let mut made = attempts_of(
        conn,
        &rows.data.iter().map(|row| row.id).collect::<Vec<_>>(),
    )?;
    rows.try_map(|row| {
        let attempts = made.remove(&row.id).unwrap_or_default();
        let Row {
            id,
            order_id,
            unit_no,
            status,
            source,
            esim_id,
            last_error,
            next_attempt_at,
            created_at,
            updated_at,
        } = row;
        Ok(Provisioning {
            id,
            order_id,
            unit_no,
            status,
            source,
            esim_id,
            last_error,
            next_attempt_at,
            created_at,
            updated_at,
            attempts,
        })
    })
}

fn matching(filter: &ProvisioningFilter) -> units::BoxedQuery<'_, Pg> {
    let mut rows = units::table.into_boxed();
    if let Some(order) = filter.order_id {
        rows = rows.filter(units::order_id.eq(order));
    }
    if let Some(any) = &filter.status {
        rows = rows.filter(units::status.eq_any(&any.0));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(units::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(units::created_at.lt(to));
    }
    rows
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts, check_for_backend(Pg))]
struct AttemptRow {
    id: AttemptId,
    job_id: ProvisioningJobId,
    provider_id: ProviderId,
    #[diesel(select_expression = data_providers::name)]
    provider_name: String,
    attempt_no: i32,
    reference: String,
    status: AttemptStatus,
    provider_order_ref: Option<String>,
    cost: Option<Money>,
    currency: Option<Currency>,
    error: Option<String>,
    sent_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Self {
        let AttemptRow {
            id,
            job_id,
            provider_id,
            provider_name,
            attempt_no,
            reference,
            status,
            provider_order_ref,
            cost,
            currency,
            error,
            sent_at,
            answered_at,
        } = row;
        Self {
            id,
            job_id,
            provider_id,
            provider_name,
            attempt_no,
            reference,
            status,
            provider_order_ref,
            cost,
            currency,
            error,
            sent_at,
            answered_at,
        }
    }
}

fn attempts_of(
    conn: &mut Conn,
    ids: &[ProvisioningJobId],
) -> Result<HashMap<ProvisioningJobId, Vec<Attempt>>> {
    let rows = attempts::table
        .inner_join(data_providers::table)
        .filter(attempts::job_id.eq_any(ids))
        .order_by((attempts::job_id, attempts::attempt_no))
        .select(AttemptRow::as_select())
        .load(conn)?;
    let mut made: HashMap<_, Vec<Attempt>> = HashMap::new();
    for row in rows {
        made.entry(row.job_id).or_default().push(row.into());
    }
    Ok(made)
}
