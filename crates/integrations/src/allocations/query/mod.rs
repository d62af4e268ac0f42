//! All SQL of provisioning.

mod list;
mod requests;

pub use list::allocations_page;
pub use requests::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    insert_into,
    pg::Pg,
    prelude::*,
    update,
};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{
    data_allocations, data_providers, orders, provisioning_attempts as attempts,
    provisioning_jobs as units,
};
use std::collections::HashMap;
use wire::{
    BundleId, Currency, EsimId, Money, OfferId, OrderId, Page, Paging, ProviderId,
    ProvisioningAttemptId, ProvisioningJobId,
    integrations::{
        allocations::{
            AllocationStatus, Provisioning, ProvisioningAttempt, ProvisioningAttemptStatus,
            ProvisioningFilter, ProvisioningSort, ProvisioningStatus,
        },
        routing::RoutingDecision,
    },
};

/// The provisioning of one ordered unit.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = units, check_for_backend(Pg))]
pub struct Unit {
    /// The id of the provisioning.
    pub id: ProvisioningJobId,
    /// The order.
    pub order_id: OrderId,
    /// The number of the unit within the order.
    pub unit_no: i32,
    /// The status.
    pub status: ProvisioningStatus,
    /// The provisioned eSIM.
    pub esim_id: Option<EsimId>,
    /// The number of requests so far.
    pub attempts: i32,
    /// The error of the last request.
    pub last_error: Option<String>,
    /// When the next step is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the provisioning began.
    pub created_at: DateTime<Utc>,
}

/// Queues the provisioning of a unit, unless it exists already.
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

/// Returns the provisioning of a unit, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<Unit> {
    Ok(units::table
        .filter(units::order_id.eq(order))
        .filter(units::unit_no.eq(unit_no))
        .for_update()
        .select(Unit::as_select())
        .first(tx.conn())?)
}

/// Returns the units of an order.
pub fn units(conn: &mut Conn, order: OrderId) -> Result<Vec<Unit>> {
    Ok(units::table
        .filter(units::order_id.eq(order))
        .order(units::unit_no)
        .select(Unit::as_select())
        .load(conn)?)
}

/// Sets the status of a unit, with its source and eSIM when it is provisioned, or with its error.
pub fn advance(
    tx: &mut Tx<'_>,
    id: ProvisioningJobId,
    to: ProvisioningStatus,
    provisioned: Option<(&str, EsimId)>,
    error: Option<&str>,
) -> Result<()> {
    update(units::table.find(id))
        .set((
            units::status.eq(to),
            units::last_error.eq(error),
            provisioned.map(|(source, esim)| (units::source.eq(source), units::esim_id.eq(esim))),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Schedules the next lookup of a unit at its provider; `None` schedules no lookup.
pub fn schedule_lookup(
    tx: &mut Tx<'_>,
    id: ProvisioningJobId,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    update(units::table.find(id))
        .set(units::next_attempt_at.eq(at))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the units with a deferred top-up whose next lookup at the provider is due.
pub fn due_lookups(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<(OrderId, i32)>> {
    Ok(units::table
        .filter(units::status.eq(ProvisioningStatus::Succeeded))
        .filter(units::next_attempt_at.le(now))
        .order(units::next_attempt_at)
        .limit(200)
        .select((units::order_id, units::unit_no))
        .load(conn)?)
}

/// Returns the units whose next step is overdue, because its job was lost.
pub fn overdue_units(conn: &mut Conn, before: DateTime<Utc>) -> Result<Vec<(OrderId, i32)>> {
    Ok(units::table
        .filter(units::status.eq_any([ProvisioningStatus::Queued, ProvisioningStatus::Waiting]))
        .filter(units::next_attempt_at.le(before))
        .order(units::next_attempt_at)
        .limit(200)
        .select((units::order_id, units::unit_no))
        .load(conn)?)
}

/// Reverses what a provider has charged for the eSIM of an order. Charges of other orders for the same eSIM stay.
pub fn reverse(tx: &mut Tx<'_>, provider: ProviderId, order: OrderId, esim: EsimId) -> Result<()> {
    let ordered = units::table
        .filter(units::order_id.eq(order))
        .select(units::id.nullable());
    let charged = data_allocations::table
        .filter(data_allocations::provider_id.eq(provider))
        .filter(data_allocations::esim_id.eq(esim))
        .filter(data_allocations::provisioning_job_id.eq_any(ordered));
    update(charged)
        .set(data_allocations::status.eq(AllocationStatus::Reversed))
        .execute(tx.conn())?;
    Ok(())
}

const RECORD_USAGE: &str = "UPDATE data_allocations a SET used_mb = least(round(b.used_bytes / 1000000.0, 2), 99999999.99) \
    FROM esim_bundles b JOIN provisioning_jobs p ON p.order_id = b.order_id AND p.unit_no = b.unit_no \
    WHERE b.id = ANY($1) AND a.provisioning_job_id = p.id AND a.status = 'active'";

/// Sets the used data of allocations to that of their bundles, in MB of 1,000,000 bytes.
pub fn record_usage(tx: &mut Tx<'_>, bundles: &[BundleId]) -> Result<()> {
    if bundles.is_empty() {
        return Ok(());
    }
    diesel::sql_query(RECORD_USAGE)
        .bind::<diesel::sql_types::Array<diesel::sql_types::Uuid>, _>(bundles)
        .execute(tx.conn())?;
    Ok(())
}

/// Queues a failed or pending unit again, and returns whether it was found. Its rejected requests no longer count, so their
/// offers are candidates again.
pub fn reopen(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<bool> {
    let unfinished = units::table
        .filter(units::order_id.eq(order))
        .filter(units::unit_no.eq(unit_no))
        .filter(units::status.eq_any([
            ProvisioningStatus::Failed,
            ProvisioningStatus::NeedsReview,
            ProvisioningStatus::Queued,
            ProvisioningStatus::Waiting,
            ProvisioningStatus::Running,
        ]));
    let reopened: Option<ProvisioningJobId> = update(unfinished)
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
                .filter(attempts::status.eq(ProvisioningAttemptStatus::Refused)),
        )
        .set(attempts::offer_id.eq(None::<OfferId>))
        .execute(tx.conn())?;
    }
    Ok(reopened.is_some())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = units, check_for_backend(Pg))]
struct Row {
    id: ProvisioningJobId,
    order_id: OrderId,
    #[diesel(select_expression = orders::order_number)]
    order_number: String,
    unit_no: i32,
    status: ProvisioningStatus,
    source: Option<String>,
    esim_id: Option<EsimId>,
    last_error: Option<String>,
    next_attempt_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    routing: Option<serde_json::Value>,
}

/// Returns the order and the number of a unit.
pub fn find_unit(conn: &mut Conn, id: ProvisioningJobId) -> Result<(OrderId, i32)> {
    Ok(units::table
        .find(id)
        .select((units::order_id, units::unit_no))
        .first(conn)?)
}

/// Returns a unit with its attempts.
pub fn show(conn: &mut Conn, id: ProvisioningJobId) -> Result<Provisioning> {
    let row = units::table
        .inner_join(orders::table)
        .filter(units::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    let attempts = attempts_of(conn, &[id])?.remove(&id).unwrap_or_default();
    row.with(attempts)
}

/// Reads a stored decision of the router.
fn decision(stored: Option<serde_json::Value>) -> Result<Option<RoutingDecision>> {
    stored
        .map(|value| serde_json::from_value(value).map_err(Error::internal))
        .transpose()
}

impl Row {
    fn with(self, attempts: Vec<ProvisioningAttempt>) -> Result<Provisioning> {
        let Self {
            id,
            order_id,
            order_number,
            unit_no,
            status,
            source,
            esim_id,
            last_error,
            next_attempt_at,
            created_at,
            updated_at,
            routing,
        } = self;
        Ok(Provisioning {
            id,
            order_id,
            order_number,
            unit_no,
            status,
            source,
            esim_id,
            last_error,
            next_attempt_at,
            created_at,
            updated_at,
            routing: decision(routing)?,
            attempts,
        })
    }
}

/// Returns one page of the units with their attempts.
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
        row.with(attempts)
    })
}

fn matching(
    filter: &ProvisioningFilter,
) -> IntoBoxed<'static, InnerJoin<units::table, orders::table>, Pg> {
    let mut rows = units::table.inner_join(orders::table).into_boxed();
    if let Some(order) = filter.order_id {
        rows = rows.filter(units::order_id.eq(order));
    }
    rows = any_of!(rows, units::status, filter.status);
    if let Some(provider) = filter.provider_id {
        let requested = attempts::table
            .filter(attempts::provider_id.eq(provider))
            .select(attempts::job_id);
        rows = rows.filter(units::id.eq_any(requested));
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
    id: ProvisioningAttemptId,
    job_id: ProvisioningJobId,
    provider_id: ProviderId,
    #[diesel(select_expression = data_providers::name)]
    provider_name: String,
    attempt_no: i32,
    reference: String,
    status: ProvisioningAttemptStatus,
    provider_order_ref: Option<String>,
    cost: Option<Money>,
    currency: Option<Currency>,
    error: Option<String>,
    sent_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    check_at: Option<DateTime<Utc>>,
    routing: Option<serde_json::Value>,
}

impl AttemptRow {
    fn read(self) -> Result<ProvisioningAttempt> {
        let Self {
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
            check_at,
            routing,
        } = self;
        Ok(ProvisioningAttempt {
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
            check_at,
            routing: decision(routing)?,
        })
    }
}

fn attempts_of(
    conn: &mut Conn,
    ids: &[ProvisioningJobId],
) -> Result<HashMap<ProvisioningJobId, Vec<ProvisioningAttempt>>> {
    let rows = attempts::table
        .inner_join(data_providers::table)
        .filter(attempts::job_id.eq_any(ids))
        .order_by((attempts::job_id, attempts::attempt_no))
        .select(AttemptRow::as_select())
        .load(conn)?;
    let mut made: HashMap<_, Vec<ProvisioningAttempt>> = HashMap::new();
    for row in rows {
        made.entry(row.job_id).or_default().push(row.read()?);
    }
    Ok(made)
}
