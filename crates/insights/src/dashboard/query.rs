//! SQL of the figures that only the dashboard has.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid},
};
use platform::{Conn, Result, prepared::Prepared};
use wire::{
    PlanId, ProviderId,
    esims::usage::STALE_AFTER,
    insights::dashboard::{TOP_ROWS, TopCountry, TopPlan, TopProvider},
};

/// The time from `from` up to `to`, without `to`.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The start.
    pub from: DateTime<Utc>,
    /// The end.
    pub to: DateTime<Utc>,
}

/// A part of records, and all of them.
#[derive(Debug, Clone, Copy, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Share {
    /// The number of records in the part.
    #[diesel(sql_type = BigInt)]
    pub part: i64,
    /// The number of all records.
    #[diesel(sql_type = BigInt)]
    pub whole: i64,
}

const PAID_ORDERS: &str = "SELECT count(*) FILTER (WHERE paid_at IS NOT NULL) AS part, count(*) AS whole FROM orders \
    WHERE created_at >= $1 AND created_at < $2 AND NOT is_test";

/// Returns the number of orders that were placed, and how many were paid until now.
pub fn paid_orders(conn: &mut Conn, span: &Span) -> Result<Share> {
    let rows = diesel::sql_query(PAID_ORDERS)
        .bind::<Timestamptz, _>(span.from)
        .bind::<Timestamptz, _>(span.to);
    Ok(Prepared(rows).get_result(conn)?)
}

const REFUNDED_SALES: &str = "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM refunds r WHERE r.transaction_id = t.id AND r.status = 'processed')) AS part, \
    count(*) AS whole FROM transactions t WHERE t.counts_at >= $1 AND t.counts_at < $2 AND t.total_amount > 0";

/// Returns the number of payments, and how many have a refund until now. Free orders are left out.
pub fn refunded_sales(conn: &mut Conn, span: &Span) -> Result<Share> {
    let rows = diesel::sql_query(REFUNDED_SALES)
        .bind::<Timestamptz, _>(span.from)
        .bind::<Timestamptz, _>(span.to);
    Ok(Prepared(rows).get_result(conn)?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Count {
    #[diesel(sql_type = Nullable<BigInt>)]
    count: Option<i64>,
}

const RUNNING_OUT: &str = "SELECT count(*) AS count FROM usage_monitor m LEFT JOIN users u ON u.id = m.user_id LEFT JOIN api_clients c ON c.id = u.client_id \
    WHERE m.is_in_use AND m.forecast = 'runs_out' AND m.last_point_at >= $1 AND c.mode IS DISTINCT FROM 'test'";

/// Returns the number of eSIMs in use whose data is used up before they expire. Forecasts from old readings are left out.
pub fn esims_running_out(conn: &mut Conn, now: DateTime<Utc>) -> Result<i64> {
    let rows = diesel::sql_query(RUNNING_OUT).bind::<Timestamptz, _>(now - STALE_AFTER);
    let found: Count = Prepared(rows).get_result(conn)?;
    Ok(found.count.unwrap_or(0))
}

const OPEN_TICKETS: &str = "SELECT CASE WHEN EXISTS (SELECT 1 FROM support_tickets) THEN \
    (SELECT count(*) FROM support_tickets t LEFT JOIN users u ON u.id = t.user_id LEFT JOIN api_clients c ON c.id = u.client_id \
    WHERE t.status IN ('open', 'in_progress') AND t.deleted_at IS NULL AND c.mode IS DISTINCT FROM 'test') END AS count";

/// Returns the number of tickets that are open or in progress; `None` before the first ticket.
pub fn open_tickets(conn: &mut Conn) -> Result<Option<i64>> {
    let found: Count = Prepared(diesel::sql_query(OPEN_TICKETS)).get_result(conn)?;
    Ok(found.count)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct NamedPlan {
    #[diesel(sql_type = Uuid)]
    id: PlanId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const TOP_PLANS: &str = "SELECT p.id, p.name, s.count FROM (SELECT plan_id, count(*) AS count FROM transactions \
    WHERE counts_at >= $1 AND counts_at < $2 GROUP BY plan_id) s JOIN plans p ON p.id = s.plan_id ORDER BY s.count DESC, p.name LIMIT $3";

/// Returns the plans with the most payments.
pub fn top_plans(conn: &mut Conn, span: &Span) -> Result<Vec<TopPlan>> {
    let rows = diesel::sql_query(TOP_PLANS)
        .bind::<Timestamptz, _>(span.from)
        .bind::<Timestamptz, _>(span.to)
        .bind::<BigInt, _>(TOP_ROWS);
    let rows: Vec<NamedPlan> = Prepared(rows).load(conn)?;
    let plan = |row: NamedPlan| TopPlan {
        plan_id: row.id,
        name: row.name,
        sales: row.count,
    };
    Ok(rows.into_iter().map(plan).collect())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct NamedCountry {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const TOP_COUNTRIES: &str = "SELECT c.name, sum(s.count)::bigint AS count FROM (SELECT plan_id, count(*) AS count FROM transactions \
    WHERE counts_at >= $1 AND counts_at < $2 GROUP BY plan_id) s JOIN plans p ON p.id = s.plan_id \
    CROSS JOIN LATERAL jsonb_array_elements_text(p.regions) AS c(name) GROUP BY c.name ORDER BY 2 DESC, 1 LIMIT $3";

/// Returns the countries and regions with the most payments.
pub fn top_countries(conn: &mut Conn, span: &Span) -> Result<Vec<TopCountry>> {
    let rows = diesel::sql_query(TOP_COUNTRIES)
        .bind::<Timestamptz, _>(span.from)
        .bind::<Timestamptz, _>(span.to)
        .bind::<BigInt, _>(TOP_ROWS);
    let rows: Vec<NamedCountry> = Prepared(rows).load(conn)?;
    let country = |row: NamedCountry| TopCountry {
        country: row.name,
        sales: row.count,
    };
    Ok(rows.into_iter().map(country).collect())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct NamedProvider {
    #[diesel(sql_type = Uuid)]
    id: ProviderId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const TOP_PROVIDERS: &str = "SELECT p.id, p.name, s.count FROM (SELECT provider_id, count(*) AS count FROM data_allocations \
    WHERE counts_at >= $1 AND counts_at < $2 GROUP BY provider_id) s JOIN data_providers p ON p.id = s.provider_id ORDER BY s.count DESC, p.name LIMIT $3";

/// Returns the providers that supplied the most units.
pub fn top_providers(conn: &mut Conn, span: &Span) -> Result<Vec<TopProvider>> {
    let rows = diesel::sql_query(TOP_PROVIDERS)
        .bind::<Timestamptz, _>(span.from)
        .bind::<Timestamptz, _>(span.to)
        .bind::<BigInt, _>(TOP_ROWS);
    let rows: Vec<NamedProvider> = Prepared(rows).load(conn)?;
    let provider = |row: NamedProvider| TopProvider {
        provider_id: row.id,
        name: row.name,
        units: row.count,
    };
    Ok(rows.into_iter().map(provider).collect())
}
