//! SQL of the data usage of eSIMs.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result};
use schema::{esim_data_usage, sql_types};
use wire::{
    BundleId, EsimId, OrderId, PlanId,
    esims::usage::{Bundle, BundleStatus, EsimUsage, Usage},
};

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct BundleRow {
    #[diesel(sql_type = SqlUuid)]
    id: BundleId,
    #[diesel(sql_type = SqlUuid)]
    order_id: OrderId,
    #[diesel(sql_type = Text)]
    order_number: String,
    #[diesel(sql_type = SqlUuid)]
    plan_id: PlanId,
    #[diesel(sql_type = Text)]
    plan_name: String,
    #[diesel(sql_type = sql_types::BundleStatus)]
    status: BundleStatus,
    #[diesel(sql_type = Nullable<BigInt>)]
    total_bytes: Option<i64>,
    #[diesel(sql_type = BigInt)]
    used_bytes: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// Bundles and readings are polled at different times, so the usage is the greater of the two values. A top-up has its
/// own validity, so the first use of the eSIM and earlier usage do not count for it.
const BUNDLES: &str = "SELECT b.id, b.order_id, o.order_number, b.plan_id, coalesce(o.terms->>'name', p.name) AS plan_name, \
    b.status, b.total_bytes, b.created_at, \
    coalesce(b.starts_at, CASE WHEN o.kind = 'new' THEN e.activated_at END) AS starts_at, \
    coalesce(b.expires_at, CASE WHEN o.kind = 'new' THEN e.expires_at END) AS expires_at, \
    greatest(b.used_bytes, coalesce((SELECT max(u.used_bytes) FROM esim_data_usage u \
        WHERE u.esim_id = b.esim_id AND u.period_end > b.created_at AND (o.kind = 'new' OR u.period_start >= b.starts_at)), 0)) AS used_bytes \
    FROM esim_bundles b JOIN orders o ON o.id = b.order_id JOIN plans p ON p.id = b.plan_id JOIN esims e ON e.id = b.esim_id \
    WHERE b.esim_id = $1 ORDER BY b.created_at DESC, b.id DESC";

/// Returns the bundles of an eSIM with their usage, and its last reading.
pub fn usage(conn: &mut Conn, id: EsimId) -> Result<EsimUsage> {
    let rows: Vec<BundleRow> = diesel::sql_query(BUNDLES)
        .bind::<SqlUuid, _>(id)
        .load(conn)?;
    let last_reading = esim_data_usage::table
        .filter(esim_data_usage::esim_id.eq(id))
        .order((
            esim_data_usage::recorded_at.desc(),
            esim_data_usage::id.desc(),
        ))
        .select(Usage::as_select())
        .first(conn)
        .optional()?;
    Ok(EsimUsage {
        bundles: rows.into_iter().map(Bundle::from).collect(),
        last_reading,
    })
}

impl From<BundleRow> for Bundle {
    fn from(row: BundleRow) -> Self {
        Self {
            id: row.id,
            order_id: row.order_id,
            order_number: row.order_number,
            plan_id: row.plan_id,
            plan_name: row.plan_name,
            status: row.status,
            total_bytes: row.total_bytes,
            used_bytes: row.used_bytes,
            starts_at: row.starts_at,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    }
}
