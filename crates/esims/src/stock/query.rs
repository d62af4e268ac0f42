//! SQL of the stock and its thresholds.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntoBoxed, sql},
    pg::Pg,
    prelude::*,
    result::Error as Sql,
    sql_types,
};
use platform::{Actor, Conn, Error, Result, Tx, page};
use schema::{data_providers, plans, stock_thresholds as thresholds};
use wire::{Page, Paging, PlanId, ProblemCode, ProviderId, StockThresholdId, esims::stock::*};

/// The condition of an eSIM that can be sold from the stock.
const IN_STOCK: &str = "e.status = 'available' AND e.user_id IS NULL AND e.deleted_at IS NULL AND e.profile_state = 'released' AND e.activation_code IS NOT NULL";

/// The stock and the sales of a plan and provider.
#[derive(QueryableByName)]
pub struct Level {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    pub plan_id: Option<PlanId>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub plan_name: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    pub provider_id: Option<ProviderId>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub provider_name: Option<String>,
    #[diesel(sql_type = sql_types::BigInt)]
    pub available: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub sold: i64,
}

/// Returns the stock and the sales of the last 30 days by plan and provider.
pub fn levels(conn: &mut Conn) -> Result<Vec<Level>> {
    let text = format!(
        "SELECT l.plan_id, p.name AS plan_name, l.provider_id, d.name AS provider_name, sum(l.available)::bigint AS available, sum(l.sold)::bigint AS sold FROM ( \
            SELECT e.plan_id, e.provider_id, count(*) AS available, 0 AS sold FROM esims e WHERE {IN_STOCK} GROUP BY e.plan_id, e.provider_id \
            UNION ALL SELECT o.plan_id, e.provider_id, 0, count(*) FROM provisioning_jobs j JOIN orders o ON o.id = j.order_id JOIN esims e ON e.id = j.esim_id \
                WHERE j.status = 'succeeded' AND j.source = 'stock' AND j.created_at >= now() - make_interval(days => $1) GROUP BY o.plan_id, e.provider_id \
            UNION ALL SELECT t.plan_id, t.provider_id, 0, 0 FROM stock_thresholds t WHERE t.provider_id IS NOT NULL \
        ) l LEFT JOIN plans p ON p.id = l.plan_id LEFT JOIN data_providers d ON d.id = l.provider_id \
        GROUP BY l.plan_id, p.name, l.provider_id, d.name ORDER BY p.name, d.name"
    );
    let days = i32::try_from(STOCK_SALES_DAYS).map_err(Error::internal)?;
    Ok(diesel::sql_query(text)
        .bind::<sql_types::Integer, _>(days)
        .load(conn)?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = thresholds, check_for_backend(Pg))]
struct Row {
    id: StockThresholdId,
    plan_id: PlanId,
    #[diesel(select_expression = plans::name)]
    plan_name: String,
    provider_id: Option<ProviderId>,
    #[diesel(select_expression = data_providers::name.nullable())]
    provider_name: Option<String>,
    minimum: i32,
    low_since: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

type Named = diesel::dsl::LeftJoin<
    diesel::dsl::InnerJoin<thresholds::table, plans::table>,
    data_providers::table,
>;

/// Returns one page of the thresholds.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &StockThresholdFilter,
    paging: &Paging<StockThresholdSort>,
) -> Result<Page<StockThreshold>> {
    let page: Page<Row> = page!(conn, paging, matching(filter) => Row, tie thresholds::id, {
        StockThresholdSort::CreatedAt => thresholds::created_at,
    })?;
    page.try_map(|row| with_stock(conn, row))
}

fn matching(f: &StockThresholdFilter) -> IntoBoxed<'static, Named, Pg> {
    let mut rows = thresholds::table
        .inner_join(plans::table)
        .left_join(data_providers::table)
        .into_boxed();
    if let Some(plan) = f.plan_id {
        rows = rows.filter(thresholds::plan_id.eq(plan));
    }
    if let Some(provider) = f.provider_id {
        rows = rows.filter(thresholds::provider_id.eq(provider));
    }
    match f.is_low {
        Some(true) => rows.filter(thresholds::low_since.is_not_null()),
        Some(false) => rows.filter(thresholds::low_since.is_null()),
        None => rows,
    }
}

/// Returns all thresholds with their stock.
pub fn all_thresholds(conn: &mut Conn) -> Result<Vec<StockThreshold>> {
    let rows: Vec<Row> = matching(&StockThresholdFilter::default())
        .order_by(thresholds::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| with_stock(conn, row)).collect()
}

/// Returns a threshold with its stock.
pub fn find(conn: &mut Conn, id: StockThresholdId) -> Result<StockThreshold> {
    let row: Row = matching(&StockThresholdFilter::default())
        .filter(thresholds::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    with_stock(conn, row)
}

fn with_stock(conn: &mut Conn, row: Row) -> Result<StockThreshold> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = sql_types::BigInt)]
        available: i64,
    }
    let counted: Count = diesel::sql_query(format!(
        "SELECT count(*) AS available FROM esims e WHERE e.plan_id = $1 AND ($2 IS NULL OR e.provider_id = $2) AND {IN_STOCK}"
    ))
    .bind::<sql_types::Uuid, _>(row.plan_id)
    .bind::<sql_types::Nullable<sql_types::Uuid>, _>(row.provider_id)
    .get_result(conn)?;
    Ok(StockThreshold {
        id: row.id,
        plan_id: row.plan_id,
        plan_name: row.plan_name,
        provider_id: row.provider_id,
        provider_name: row.provider_name,
        minimum: row.minimum,
        available: counted.available,
        low_since: row.low_since,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Inserts a threshold.
pub fn insert(tx: &mut Tx<'_>, id: StockThresholdId, new: &NewStockThreshold) -> Result<()> {
    diesel::insert_into(thresholds::table)
        .values((
            thresholds::id.eq(id),
            thresholds::plan_id.eq(new.plan_id),
            thresholds::provider_id.eq(new.provider_id),
            thresholds::minimum.eq(new.minimum),
        ))
        .execute(tx.conn())
        .map(drop)
        .map_err(constraint_error)
}

fn constraint_error(error: Sql) -> Error {
    match Error::violated_constraint(&error) {
        Some("stock_thresholds_plan_provider_key") => Error::with_detail(
            ProblemCode::Conflict,
            "This plan and provider have a threshold already: edit it.",
        ),
        Some("stock_thresholds_plan_id_fkey") => {
            Error::field("plan_id", "unknown", "There is no such plan.")
        }
        Some("stock_thresholds_provider_id_fkey") => {
            Error::field("provider_id", "unknown", "There is no such provider.")
        }
        _ => error.into(),
    }
}

/// Sets the minimum of a threshold. Returns `false` if its version is no longer the given one.
pub fn update(tx: &mut Tx<'_>, id: StockThresholdId, version: i32, minimum: i32) -> Result<bool> {
    let known = thresholds::table
        .filter(thresholds::id.eq(id))
        .filter(thresholds::version.eq(version));
    let updated = diesel::update(known)
        .set((
            thresholds::minimum.eq(minimum),
            thresholds::version.eq(thresholds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(updated == 1)
}

/// Deletes a threshold. Returns `false` if its version is no longer the given one.
pub fn delete(tx: &mut Tx<'_>, id: StockThresholdId, version: i32) -> Result<bool> {
    let known = thresholds::table
        .filter(thresholds::id.eq(id))
        .filter(thresholds::version.eq(version));
    Ok(diesel::delete(known).execute(tx.conn())? == 1)
}

/// Sets since when the stock is low. Returns `false` if another transaction has set it.
pub fn set_low_since(
    tx: &mut Tx<'_>,
    id: StockThresholdId,
    known: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
) -> Result<bool> {
    let unchanged = thresholds::table.filter(thresholds::id.eq(id)).filter(
        sql::<sql_types::Bool>("low_since IS NOT DISTINCT FROM ")
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(known),
    );
    let updated = diesel::update(unchanged)
        .set(thresholds::low_since.eq(since))
        .execute(tx.conn())?;
    Ok(updated == 1)
}
