//! SQL of financial reports.

mod entries;

pub use entries::entries;

use crate::figures::{Period, Sums, locks as stored_locks};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{pg::Pg, prelude::*, upsert::excluded};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{report_locks as locks_table, revenue_reports as reports};
use wire::{
    Currency, Decimal, JsonList, Money, Page, Paging, ReportId, ReportLockId, UserId,
    insights::reports::{
        MissingRate, ReportBasis, ReportLock, ReportLockFilter, ReportLockSort, ReportPeriodType,
        RevenueReport, RevenueReportFilter, RevenueReportSort,
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(Pg))]
struct Row {
    id: ReportId,
    period_type: ReportPeriodType,
    period_start: NaiveDate,
    period_end: NaiveDate,
    time_zone: String,
    currency: Currency,
    basis: ReportBasis,
    discount_amount: Money,
    tax_amount: Money,
    gross_amount: Money,
    refunded_amount: Money,
    refunded_tax: Money,
    chargeback_amount: Money,
    chargeback_tax: Money,
    total_cost: Money,
    open_disputes: Money,
    margin: Option<Decimal>,
    transaction_count: i32,
    free_count: i32,
    refund_count: i32,
    chargeback_count: i32,
    late_facts: i32,
    new_users: i32,
    active_esims: i32,
    missing_rates: JsonList<MissingRate>,
    is_provisional: bool,
    generated_at: DateTime<Utc>,
}

impl Row {
    /// Returns the report, whose further figures follow from the stored sums.
    fn report(self, locked_before: Option<NaiveDate>) -> RevenueReport {
        let period = Period {
            length: self.period_type,
            first: self.period_start,
            last: self.period_end,
        };
        let sums = Sums {
            gross_amount: self.gross_amount,
            tax_amount: self.tax_amount,
            discount_amount: self.discount_amount,
            refunded_amount: self.refunded_amount,
            refunded_tax: self.refunded_tax,
            chargeback_amount: self.chargeback_amount,
            chargeback_tax: self.chargeback_tax,
            cost: self.total_cost,
            sales: self.transaction_count.into(),
            free: self.free_count.into(),
            ..Sums::default()
        };
        RevenueReport {
            average_order_value: sums.average(self.currency),
            id: self.id,
            period_type: self.period_type,
            label: period.label(),
            period_start: self.period_start,
            period_end: self.period_end,
            time_zone: self.time_zone,
            currency: self.currency,
            basis: self.basis,
            list_amount: sums.list_amount(),
            net_sales: sums.net_sales(),
            refunded_net: sums.refunded_amount.minus(&sums.refunded_tax),
            chargeback_net: sums.chargeback_amount.minus(&sums.chargeback_tax),
            net_tax: sums
                .tax_amount
                .minus(&sums.refunded_tax)
                .minus(&sums.chargeback_tax),
            net_amount: sums.gross_amount.minus(&sums.refunded_amount),
            total_revenue: sums.total_revenue(),
            profit: sums.profit(),
            discount_amount: sums.discount_amount,
            tax_amount: sums.tax_amount,
            gross_amount: sums.gross_amount,
            refunded_amount: sums.refunded_amount,
            refunded_tax: sums.refunded_tax,
            chargeback_amount: sums.chargeback_amount,
            chargeback_tax: sums.chargeback_tax,
            total_cost: sums.cost,
            margin: self.margin,
            transaction_count: self.transaction_count,
            free_count: self.free_count,
            refund_count: self.refund_count,
            chargeback_count: self.chargeback_count,
            late_facts: self.late_facts,
            open_disputes: self.open_disputes,
            new_users: self.new_users,
            active_esims: self.active_esims,
            missing_rates: self.missing_rates.0,
            is_provisional: self.is_provisional,
            is_locked: locked_before.is_some_and(|first| self.period_end < first),
            generated_at: self.generated_at,
        }
    }
}

fn locked_before(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    Ok(stored_locks(conn)?.last().map(|lock| lock.before))
}

/// Returns one page of the reports.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &RevenueReportFilter,
    paging: &Paging<RevenueReportSort>,
) -> Result<Page<RevenueReport>> {
    let locked = locked_before(conn)?;
    let rows = page!(conn, paging, matching(filter).select(Row::as_select()) => Row, tie reports::id, {
        RevenueReportSort::PeriodStart => reports::period_start,
        RevenueReportSort::TotalRevenue => reports::total_revenue,
        RevenueReportSort::Profit => reports::profit,
        RevenueReportSort::GeneratedAt => reports::generated_at,
    })?;
    rows.try_map(|row| Ok(row.report(locked)))
}

fn matching(filter: &RevenueReportFilter) -> reports::BoxedQuery<'_, Pg> {
    let mut rows = reports::table.into_boxed();
    rows = any_of!(rows, reports::period_type, filter.period_type);
    rows = any_of!(rows, reports::currency, filter.currency);
    if let Some(basis) = filter.basis {
        rows = rows.filter(reports::basis.eq(basis));
    }
    if let Some(from) = filter.period_start_from {
        rows = rows.filter(reports::period_start.ge(from));
    }
    if let Some(to) = filter.period_start_to {
        rows = rows.filter(reports::period_start.lt(to));
    }
    if let Some(day) = filter.day {
        rows = rows
            .filter(reports::period_start.le(day))
            .filter(reports::period_end.ge(day));
    }
    rows
}

/// Returns a report.
pub fn find(conn: &mut Conn, id: ReportId) -> Result<RevenueReport> {
    let locked = locked_before(conn)?;
    let row = reports::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| row.report(locked))
        .ok_or_else(Error::not_found)
}

/// Returns the reports of a period: the currencies by name, then the base currency.
pub fn of_period(conn: &mut Conn, period: &Period) -> Result<Vec<RevenueReport>> {
    let locked = locked_before(conn)?;
    let rows: Vec<Row> = reports::table
        .filter(reports::period_type.eq(period.length))
        .filter(reports::period_start.eq(period.first))
        .order_by((reports::basis, reports::currency))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.report(locked)).collect())
}

/// The currency and basis of a report.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct ReportKey {
    /// The currency.
    pub currency: Currency,
    /// The basis.
    pub basis: ReportBasis,
}

/// Returns the currencies and bases of the reports of a period.
pub fn keys(conn: &mut Conn, period: &Period) -> Result<Vec<ReportKey>> {
    Ok(reports::table
        .filter(reports::period_type.eq(period.length))
        .filter(reports::period_start.eq(period.first))
        .select((reports::currency, reports::basis))
        .load(conn)?)
}

/// A report to store.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// The period.
    pub period: Period,
    /// The time zone of its days.
    pub time_zone: &'static str,
    /// The currency.
    pub currency: Currency,
    /// The basis.
    pub basis: ReportBasis,
    /// The sums.
    pub sums: Sums,
    /// The margin.
    pub margin: Option<Decimal>,
    /// The sum of open disputes.
    pub open_disputes: Money,
    /// The number of new customers.
    pub new_users: i32,
    /// The number of active eSIMs.
    pub active_esims: i32,
    /// The missing rates.
    pub missing_rates: Vec<MissingRate>,
    /// Whether the period is not over.
    pub is_provisional: bool,
}

/// Inserts a report, or replaces the figures of the report with the same period, currency and basis.
pub fn upsert(tx: &mut Tx<'_>, row: &ReportRow) -> Result<()> {
    let count = |count: i64| i32::try_from(count).map_err(Error::internal);
    let missing = serde_json::to_value(&row.missing_rates).map_err(Error::internal)?;
    let sums = &row.sums;
    diesel::insert_into(reports::table)
        .values((
            reports::id.eq(ReportId::new()),
            reports::period_type.eq(row.period.length),
            reports::period_start.eq(row.period.first),
            reports::period_end.eq(row.period.last),
            reports::time_zone.eq(row.time_zone),
            reports::currency.eq(row.currency),
            reports::basis.eq(row.basis),
            reports::list_amount.eq(sums.list_amount()),
            reports::discount_amount.eq(&sums.discount_amount),
            reports::tax_amount.eq(&sums.tax_amount),
            reports::gross_amount.eq(&sums.gross_amount),
            reports::refunded_amount.eq(&sums.refunded_amount),
            reports::refunded_tax.eq(&sums.refunded_tax),
            reports::chargeback_amount.eq(&sums.chargeback_amount),
            reports::chargeback_tax.eq(&sums.chargeback_tax),
            reports::total_revenue.eq(sums.total_revenue()),
            reports::total_cost.eq(&sums.cost),
            reports::profit.eq(sums.profit()),
            reports::open_disputes.eq(&row.open_disputes),
            reports::margin.eq(&row.margin),
            reports::transaction_count.eq(count(sums.sales)?),
            reports::free_count.eq(count(sums.free)?),
            reports::refund_count.eq(count(sums.refunds)?),
            reports::chargeback_count.eq(count(sums.chargebacks)?),
            reports::late_facts.eq(count(sums.late)?),
            reports::new_users.eq(row.new_users),
            reports::active_esims.eq(row.active_esims),
            reports::missing_rates.eq(missing),
            reports::is_provisional.eq(row.is_provisional),
        ))
        .on_conflict((
            reports::period_type,
            reports::period_start,
            reports::currency,
            reports::basis,
        ))
        .do_update()
        .set((
            (
                reports::period_end.eq(excluded(reports::period_end)),
                reports::time_zone.eq(excluded(reports::time_zone)),
                reports::list_amount.eq(excluded(reports::list_amount)),
                reports::discount_amount.eq(excluded(reports::discount_amount)),
                reports::tax_amount.eq(excluded(reports::tax_amount)),
                reports::gross_amount.eq(excluded(reports::gross_amount)),
                reports::refunded_amount.eq(excluded(reports::refunded_amount)),
                reports::refunded_tax.eq(excluded(reports::refunded_tax)),
                reports::chargeback_amount.eq(excluded(reports::chargeback_amount)),
                reports::chargeback_tax.eq(excluded(reports::chargeback_tax)),
                reports::total_revenue.eq(excluded(reports::total_revenue)),
                reports::total_cost.eq(excluded(reports::total_cost)),
                reports::profit.eq(excluded(reports::profit)),
            ),
            (
                reports::open_disputes.eq(excluded(reports::open_disputes)),
                reports::margin.eq(excluded(reports::margin)),
                reports::transaction_count.eq(excluded(reports::transaction_count)),
                reports::free_count.eq(excluded(reports::free_count)),
                reports::refund_count.eq(excluded(reports::refund_count)),
                reports::chargeback_count.eq(excluded(reports::chargeback_count)),
                reports::late_facts.eq(excluded(reports::late_facts)),
                reports::new_users.eq(excluded(reports::new_users)),
                reports::active_esims.eq(excluded(reports::active_esims)),
                reports::missing_rates.eq(excluded(reports::missing_rates)),
                reports::is_provisional.eq(excluded(reports::is_provisional)),
                reports::generated_at.eq(diesel::dsl::now),
            ),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Serializes the generation of reports. Readers and the recording of facts do not wait.
pub fn lock_generation(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('revenue_reports'), 0)")
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the time of the database.
pub fn database_time(conn: &mut Conn) -> Result<DateTime<Utc>> {
    let now = diesel::dsl::now.into_sql::<diesel::sql_types::Timestamptz>();
    Ok(diesel::select(now).get_result(conn)?)
}

/// Returns one page of the locks.
pub fn locks(
    conn: &mut Conn,
    _: &Actor,
    filter: &ReportLockFilter,
    paging: &Paging<ReportLockSort>,
) -> Result<Page<ReportLock>> {
    page!(conn, paging, matching_locks(filter).select(ReportLock::as_select()) => ReportLock, tie locks_table::id, {
        ReportLockSort::LockedBefore => locks_table::locked_before,
        ReportLockSort::LockedAt => locks_table::locked_at,
    })
}

fn matching_locks(filter: &ReportLockFilter) -> locks_table::BoxedQuery<'_, Pg> {
    let mut rows = locks_table::table.into_boxed();
    if let Some(by) = filter.locked_by {
        rows = rows.filter(locks_table::locked_by.eq(by));
    }
    rows
}

/// Returns a lock.
pub fn find_lock(conn: &mut Conn, id: ReportLockId) -> Result<ReportLock> {
    let found = locks_table::table
        .find(id)
        .select(ReportLock::as_select())
        .first(conn)
        .optional()?;
    found.ok_or_else(Error::not_found)
}

/// Inserts a lock.
pub fn insert_lock(
    tx: &mut Tx<'_>,
    locked_before: NaiveDate,
    locked_until: DateTime<Utc>,
    time_zone: &str,
    by: Option<UserId>,
) -> Result<ReportLock> {
    Ok(diesel::insert_into(locks_table::table)
        .values((
            locks_table::id.eq(ReportLockId::new()),
            locks_table::locked_before.eq(locked_before),
            locks_table::locked_until.eq(locked_until),
            locks_table::time_zone.eq(time_zone),
            locks_table::locked_by.eq(by),
        ))
        .returning(ReportLock::as_returning())
        .get_result(tx.conn())?)
}

/// Returns when the first fact counts.
pub fn first_fact_at(conn: &mut Conn) -> Result<Option<DateTime<Utc>>> {
    #[derive(QueryableByName)]
    struct First {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>)]
        at: Option<DateTime<Utc>>,
    }
    // Each value is an end of an index.
    let first: First = diesel::sql_query(
        "SELECT least((SELECT min(counts_at) FROM transactions WHERE counts_at IS NOT NULL), (SELECT min(counts_at) FROM refunds WHERE counts_at IS NOT NULL), \
         (SELECT min(counts_at) FROM disputes WHERE counts_at IS NOT NULL), (SELECT min(counts_at) FROM data_allocations WHERE counts_at IS NOT NULL)) AS at",
    )
    .get_result(conn)?;
    Ok(first.at)
}
