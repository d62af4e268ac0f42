//! All SQL of provisionings, attempts and allocations.

use crate::providers::offers::Route;
use wire::{
    AllocationId, AttemptId, Currency, Decimal, EsimId, Money, OrderId, Page, Paging, ProviderId, ProvisioningJobId,
    integrations::{
        allocations::{AllocationStatus, Attempt, AttemptStatus, Provisioning, ProvisioningFilter, ProvisioningSort, ProvisioningStatus},
        providers::Adapter,
    },
};

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Actor, Conn, Result, Tx, page};
use schema::{data_allocations as allocations, data_providers as providers, plan_provider_offers as offers, provisioning_attempts as attempts, provisioning_jobs as jobs};
use std::collections::HashMap;

/// The provisioning of one ordered unit.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(Pg))]
pub struct Job {
    /// Which provisioning.
    pub id: ProvisioningJobId,
    /// For this order.
    pub order_id: OrderId,
    /// For this unit of it, from 1.
    pub unit_no: i32,
    /// How far it has come.
    pub status: ProvisioningStatus,
    /// Where the eSIM came from.
    pub source: Option<String>,
    /// The eSIM, once there is one.
    pub esim_id: Option<EsimId>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// How many requests were made for it.
    #[diesel(column_name = attempts)]
    pub attempt_count: i32,
    /// When it is tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it last went on.
    pub updated_at: DateTime<Utc>,
}

/// One page of the provisionings, each with its attempts.
pub fn page(conn: &mut Conn, _: &Actor, filter: &ProvisioningFilter, paging: &Paging<ProvisioningSort>) -> Result<Page<Provisioning>> {
    let rows: Page<Job> = page!(conn, paging, matching(filter) => Job, tie jobs::id, { ProvisioningSort::CreatedAt => jobs::created_at })?;
    let mut made = attempts_of(conn, &rows.data.iter().map(|job| job.id).collect::<Vec<_>>())?;
    rows.try_map(|job| {
        let attempts = made.remove(&job.id).unwrap_or_default();
        let Job { id, order_id, unit_no, status, source, esim_id, last_error, next_attempt_at, created_at, updated_at, .. } = job;
        Ok(Provisioning { id, order_id, unit_no, status, source, esim_id, last_error, next_attempt_at, created_at, updated_at, attempts })
    })
}

fn matching(filter: &ProvisioningFilter) -> jobs::BoxedQuery<'_, Pg> {
    let mut rows = jobs::table.into_boxed();
    if let Some(order) = filter.order_id { rows = rows.filter(jobs::order_id.eq(order)); }
    if let Some(any) = &filter.status { rows = rows.filter(jobs::status.eq_any(&any.0)); }
    if let Some(from) = filter.created_at_from { rows = rows.filter(jobs::created_at.ge(from)); }
    if let Some(to) = filter.created_at_to { rows = rows.filter(jobs::created_at.lt(to)); }
    rows
}

/// A provisioning.
pub fn find_job(conn: &mut Conn, id: ProvisioningJobId) -> Result<Job> {
    Ok(jobs::table.find(id).select(Job::as_select()).first(conn)?)
}

/// A provisioning, held until the end of the transaction.
pub fn lock_job(tx: &mut Tx<'_>, id: ProvisioningJobId) -> Result<Job> {
    Ok(jobs::table.find(id).select(Job::as_select()).for_no_key_update().first(tx.conn())?)
}

/// The provisionings of an order, by unit.
pub fn jobs_of(conn: &mut Conn, order: OrderId) -> Result<Vec<Job>> {
    Ok(jobs::table.filter(jobs::order_id.eq(order)).order_by(jobs::unit_no).select(Job::as_select()).load(conn)?)
}

/// Adds a provisioning for every unit that has none.
pub fn insert_jobs(tx: &mut Tx<'_>, order: OrderId, quantity: i32) -> Result<()> {
    let rows: Vec<_> = (1..=quantity).map(|unit| (jobs::id.eq(ProvisioningJobId::new()), jobs::order_id.eq(order), jobs::unit_no.eq(unit))).collect();
    diesel::insert_into(jobs::table).values(rows).on_conflict((jobs::order_id, jobs::unit_no)).do_nothing().execute(tx.conn())?;
    Ok(())
}

/// How far a provisioning has come, as its row says it. What is absent is cleared, but for the eSIM and its source.
#[derive(AsChangeset)]
#[diesel(table_name = jobs)]
pub struct State<'a> {
    /// How far.
    pub status: ProvisioningStatus,
    /// Where the eSIM came from.
    pub source: Option<&'a str>,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// What went wrong.
    #[diesel(treat_none_as_null = true)]
    pub last_error: Option<String>,
    /// When it is tried again.
    #[diesel(treat_none_as_null = true)]
    pub next_attempt_at: Option<DateTime<Utc>>,
}

impl State<'_> {
    /// A state that needs no words.
    pub fn new(status: ProvisioningStatus) -> Self { Self { status, source: None, esim_id: None, last_error: None, next_attempt_at: None } }
    /// With what went wrong.
    pub fn because(self, why: String) -> Self { Self { last_error: Some(why), ..self } }
}

/// Sets how far a provisioning has come, unless it has already succeeded.
pub fn set_state(tx: &mut Tx<'_>, id: ProvisioningJobId, state: &State<'_>) -> Result<()> {
    let open = jobs::table.find(id).filter(jobs::status.ne(ProvisioningStatus::Succeeded));
    diesel::update(open).set(state).execute(tx.conn())?;
    Ok(())
}

/// Counts one more attempt and says which number it has.
pub fn count_attempt(tx: &mut Tx<'_>, id: ProvisioningJobId) -> Result<i32> {
    Ok(diesel::update(jobs::table.find(id)).set(jobs::attempts.eq(jobs::attempts + 1)).returning(jobs::attempts).get_result(tx.conn())?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts, check_for_backend(Pg))]
struct AttemptRow {
    id: AttemptId,
    job_id: ProvisioningJobId,
    provider_id: ProviderId,
    #[diesel(select_expression = providers::name)]
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
        let AttemptRow { id, job_id, provider_id, provider_name, attempt_no, reference, status, provider_order_ref, cost, currency, error, sent_at, answered_at } = row;
        Self { id, job_id, provider_id, provider_name, attempt_no, reference, status, provider_order_ref, cost, currency, error, sent_at, answered_at }
    }
}

fn attempts_of(conn: &mut Conn, ids: &[ProvisioningJobId]) -> Result<HashMap<ProvisioningJobId, Vec<Attempt>>> {
    let rows = attempts::table.inner_join(providers::table).filter(attempts::job_id.eq_any(ids))
        .order_by((attempts::job_id, attempts::attempt_no)).select(AttemptRow::as_select()).load(conn)?;
    let mut made: HashMap<_, Vec<Attempt>> = HashMap::new();
    for row in rows { made.entry(row.job_id).or_default().push(row.into()); }
    Ok(made)
}

/// Adds an attempt, sent.
pub fn insert_attempt(tx: &mut Tx<'_>, job: ProvisioningJobId, route: &Route, number: i32, reference: &str, now: DateTime<Utc>) -> Result<Attempt> {
    let id = AttemptId::new();
    diesel::insert_into(attempts::table).values((
        attempts::id.eq(id), attempts::job_id.eq(job), attempts::provider_id.eq(route.provider_id), attempts::offer_id.eq(route.offer_id),
        attempts::attempt_no.eq(number), attempts::reference.eq(reference), attempts::sent_at.eq(now),
    )).execute(tx.conn())?;
    let row = attempts::table.inner_join(providers::table).filter(attempts::id.eq(id)).select(AttemptRow::as_select()).first(tx.conn())?;
    Ok(row.into())
}

/// An attempt whose outcome is open, with what it takes to ask the provider about it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = attempts, check_for_backend(Pg))]
pub struct LiveAttempt {
    /// Which attempt.
    pub id: AttemptId,
    /// The provider.
    pub provider_id: ProviderId,
    /// How we talk to it.
    #[diesel(select_expression = providers::adapter)]
    pub adapter: Adapter,
    /// The provider's key of the package.
    #[diesel(select_expression = offers::sku)]
    pub sku: String,
    /// What it should cost.
    #[diesel(select_expression = offers::cost)]
    pub cost: Money,
    /// In this currency.
    #[diesel(select_expression = offers::currency)]
    pub currency: Currency,
    /// Its place among the attempts.
    pub attempt_no: i32,
    /// Our own reference.
    pub reference: String,
    /// `sent` or `unknown`.
    pub status: AttemptStatus,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// The attempt of a provisioning whose outcome is open; there is one at most.
pub fn live_attempt(conn: &mut Conn, job: ProvisioningJobId) -> Result<Option<LiveAttempt>> {
    Ok(attempts::table.inner_join(providers::table).inner_join(offers::table)
        .filter(attempts::job_id.eq(job)).filter(attempts::status.eq_any([AttemptStatus::Sent, AttemptStatus::Unknown]))
        .select(LiveAttempt::as_select()).first(conn).optional()?)
}

/// How an attempt ended, as its row says it.
#[derive(AsChangeset)]
#[diesel(table_name = attempts)]
pub struct Close {
    /// How.
    pub status: AttemptStatus,
    /// What the provider calls its order.
    pub provider_order_ref: Option<String>,
    /// What it cost.
    pub cost: Option<Money>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Why it came to nothing.
    #[diesel(treat_none_as_null = true)]
    pub error: Option<String>,
    /// When the answer came.
    pub answered_at: Option<DateTime<Utc>>,
}

impl Default for Close {
    fn default() -> Self { Self { status: AttemptStatus::Unknown, provider_order_ref: None, cost: None, currency: None, error: None, answered_at: None } }
}

/// Sets how an attempt ended, unless that is known; the number of rows changed.
pub fn close_attempt(tx: &mut Tx<'_>, reference: &str, close: &Close) -> Result<usize> {
    let open = attempts::table.filter(attempts::reference.eq(reference)).filter(attempts::status.eq_any([AttemptStatus::Sent, AttemptStatus::Unknown]));
    Ok(diesel::update(open).set(close).execute(tx.conn())?)
}

/// Data that a provider allocated to an eSIM.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = allocations)]
pub struct NewAllocation {
    /// To this eSIM.
    pub esim_id: Option<EsimId>,
    /// By this provider.
    pub provider_id: ProviderId,
    /// For this provisioning.
    pub provisioning_job_id: Option<ProvisioningJobId>,
    /// What became of it.
    pub status: AllocationStatus,
    /// What the provider calls its order.
    pub provider_order_ref: Option<String>,
    /// Data allocated, in MB of 1,000,000 bytes.
    pub allocated_mb: Decimal,
    /// What it cost us.
    pub cost: Money,
    /// In this currency.
    pub currency: Currency,
    /// When.
    pub allocated_at: DateTime<Utc>,
}

/// Records an allocation. One of the same provider's order is known already and is not recorded twice.
pub fn allocate(tx: &mut Tx<'_>, allocation: &NewAllocation) -> Result<()> {
    diesel::insert_into(allocations::table).values((allocations::id.eq(AllocationId::new()), allocation))
        .on_conflict(allocations::provider_order_ref).do_nothing().execute(tx.conn())?;
    Ok(())
}
