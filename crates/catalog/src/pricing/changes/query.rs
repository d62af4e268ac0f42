//! SQL of bulk price changes.

use wire::{
    Currency, Money, Page, Paging, PlanId, PriceChangeId, PriceId, UserId,
    catalog::pricing::{
        MAX_PRICES, NewPriceChange, PriceChange, PriceChangeFilter, PriceChangeSort, PriceRule,
    },
    region::GLOBAL,
};

use chrono::{DateTime, Utc};
use diesel::{dsl, pg::Pg, prelude::*};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{orders, plan_pricing as prices, plans, price_changes as changes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The rows of one INSERT: PostgreSQL accepts 65,535 parameters at most.
const BATCH_SIZE: usize = 1000;

/// The rule, size and start of a change, stored in one JSON column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeSummary {
    /// The rule that sets the new prices.
    pub rule: PriceRule,
    /// The number of changed prices.
    pub prices: i32,
    /// When the new prices begin.
    pub from: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = changes, check_for_backend(Pg))]
struct Row {
    id: PriceChangeId,
    rule: Value,
    reason: Option<String>,
    created_by: Option<UserId>,
    undone_by: Option<UserId>,
    undone_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for PriceChange {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let summary: ChangeSummary = serde_json::from_value(row.rule).map_err(Error::internal)?;
        Ok(Self {
            id: row.id,
            rule: summary.rule,
            prices: summary.prices,
            from: summary.from,
            reason: row.reason,
            created_by: row.created_by,
            undone_by: row.undone_by,
            undone_at: row.undone_at,
            created_at: row.created_at,
        })
    }
}

/// Returns one page of the changes.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &PriceChangeFilter,
    paging: &Paging<PriceChangeSort>,
) -> Result<Page<PriceChange>> {
    let rows = page!(conn, paging, matching(filter) => Row, tie changes::id, {
        PriceChangeSort::CreatedAt => changes::created_at,
    })?;
    rows.try_map(PriceChange::try_from)
}

fn matching(filter: &PriceChangeFilter) -> changes::BoxedQuery<'_, Pg> {
    let mut rows = changes::table.into_boxed();
    match filter.undone {
        Some(true) => rows = rows.filter(changes::undone_at.is_not_null()),
        Some(false) => rows = rows.filter(changes::undone_at.is_null()),
        None => {}
    }
    rows = any_of!(rows, changes::created_by, filter.created_by);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(changes::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(changes::created_at.lt(to));
    }
    rows
}

/// Returns a change.
pub fn find(conn: &mut Conn, id: PriceChangeId) -> Result<PriceChange> {
    let row: Row = changes::table
        .find(id)
        .select(Row::as_select())
        .first(conn)?;
    row.try_into()
}

/// Locks a change until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PriceChangeId) -> Result<PriceChange> {
    let row: Row = changes::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(tx.conn())?;
    row.try_into()
}

/// A price and the name of its plan.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = prices, check_for_backend(Pg))]
pub struct PlanPrice {
    pub id: PriceId,
    pub plan_id: PlanId,
    #[diesel(select_expression = plans::name)]
    pub plan_name: String,
    pub region: Option<String>,
    pub cost_price: Money,
    pub selling_price: Money,
    pub currency: Currency,
    pub effective_from: DateTime<Utc>,
    pub effective_to: Option<DateTime<Utc>>,
    pub version: i32,
}

impl PlanPrice {
    /// Returns the region of the price; a price without a region is global.
    pub fn region_or_global(&self) -> &str {
        self.region.as_deref().unwrap_or(GLOBAL)
    }
}

/// Returns the active prices that a change selects, of plans that are not deleted. The limit is one more than a change
/// may have, so that the caller can detect too many prices.
pub fn active_prices(
    conn: &mut Conn,
    new: &NewPriceChange,
    at: DateTime<Utc>,
) -> Result<Vec<PlanPrice>> {
    let mut rows = prices::table
        .inner_join(plans::table)
        .filter(plans::deleted_at.is_null())
        .filter(prices::effective_from.le(at))
        .filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(at)),
        )
        .into_boxed::<Pg>();
    if let Some(ids) = &new.plan_ids {
        rows = rows.filter(prices::plan_id.eq_any(ids));
    }
    if let Some(ids) = &new.price_ids {
        rows = rows.filter(prices::id.eq_any(ids));
    }
    match new.region.as_deref() {
        Some(GLOBAL) => rows = rows.filter(prices::region.is_null().or(prices::region.eq(GLOBAL))),
        Some(region) => rows = rows.filter(prices::region.eq(region)),
        None => {}
    }
    if let Some(currency) = new.currency {
        rows = rows.filter(prices::currency.eq(currency));
    }
    let most = i64::try_from(MAX_PRICES).map_err(Error::internal)?;
    Ok(rows
        .order_by((plans::name, prices::plan_id, prices::currency, prices::id))
        .limit(most.saturating_add(1))
        .select(PlanPrice::as_select())
        .load(conn)?)
}

/// Locks plans, withdrawn or not, so that concurrent changes of their prices wait.
pub fn lock_plans(tx: &mut Tx<'_>, ids: &[PlanId]) -> Result<()> {
    plans::table
        .filter(plans::id.eq_any(ids))
        .order_by(plans::id)
        .select(plans::id)
        .for_no_key_update()
        .load::<PlanId>(tx.conn())?;
    Ok(())
}

/// Inserts a change.
pub fn insert(
    tx: &mut Tx<'_>,
    id: PriceChangeId,
    summary: &ChangeSummary,
    reason: Option<&str>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let rule = serde_json::to_value(summary).map_err(Error::internal)?;
    diesel::insert_into(changes::table)
        .values((
            changes::id.eq(id),
            changes::rule.eq(rule),
            changes::reason.eq(reason),
            changes::created_by.eq(by),
            changes::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a change as undone.
pub fn mark_undone(
    tx: &mut Tx<'_>,
    id: PriceChangeId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(changes::table.find(id))
        .set((changes::undone_by.eq(by), changes::undone_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends prices at a time.
pub fn end(tx: &mut Tx<'_>, ids: &[PriceId], at: DateTime<Utc>) -> Result<()> {
    diesel::update(prices::table.filter(prices::id.eq_any(ids)))
        .set((
            prices::effective_to.eq(at),
            prices::version.eq(prices::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Extends a price to a later end, or to no end.
pub fn extend(tx: &mut Tx<'_>, id: PriceId, to: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(prices::table.find(id))
        .set((
            prices::effective_to.eq(to),
            prices::version.eq(prices::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes prices that have not been sold.
pub fn remove(tx: &mut Tx<'_>, ids: &[PriceId]) -> Result<()> {
    diesel::delete(prices::table.filter(prices::id.eq_any(ids))).execute(tx.conn())?;
    Ok(())
}

/// A new price that replaces another price.
pub struct Replacement<'a> {
    /// The id of the new price.
    pub id: PriceId,
    /// The replaced price.
    pub replaces: PriceId,
    /// The price whose other values are copied.
    pub template: &'a PlanPrice,
    /// The new selling price.
    pub selling: &'a Money,
    /// The start.
    pub from: DateTime<Utc>,
    /// The end, if there is one.
    pub to: Option<DateTime<Utc>>,
}

/// Inserts the new prices of a change.
pub fn insert_replacements(
    tx: &mut Tx<'_>,
    all: &[Replacement<'_>],
    change: Option<PriceChangeId>,
    note: Option<&str>,
    by: Option<UserId>,
) -> Result<()> {
    for chunk in all.chunks(BATCH_SIZE) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|one| {
                (
                    prices::id.eq(one.id),
                    prices::plan_id.eq(one.template.plan_id),
                    prices::region.eq(one.template.region_or_global()),
                    prices::cost_price.eq(&one.template.cost_price),
                    prices::selling_price.eq(one.selling),
                    prices::currency.eq(one.template.currency),
                    prices::effective_from.eq(one.from),
                    prices::effective_to.eq(one.to),
                    prices::note.eq(note),
                    prices::created_by.eq(by),
                    prices::change_id.eq(change),
                    prices::replaces_id.eq(one.replaces),
                )
            })
            .collect();
        diesel::insert_into(prices::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Returns the prices of a change that still exist, each with the price that it replaced.
pub fn prices_of_change(conn: &mut Conn, id: PriceChangeId) -> Result<Vec<(PlanPrice, PriceId)>> {
    Ok(prices::table
        .inner_join(plans::table)
        .filter(prices::change_id.eq(id))
        .filter(prices::replaces_id.is_not_null())
        .order_by(prices::id)
        .select((
            PlanPrice::as_select(),
            prices::replaces_id.assume_not_null(),
        ))
        .load(conn)?)
}

/// Returns prices by their ids.
pub fn find_prices(conn: &mut Conn, ids: &[PriceId]) -> Result<Vec<PlanPrice>> {
    Ok(prices::table
        .inner_join(plans::table)
        .filter(prices::id.eq_any(ids))
        .select(PlanPrice::as_select())
        .load(conn)?)
}

/// The orders of one plan, region and currency that were sold at the same price and cost.
#[derive(Debug, Clone, Queryable)]
pub struct SalesGroup {
    pub plan_id: PlanId,
    pub region: Option<String>,
    pub currency: Currency,
    pub unit_price: Money,
    pub unit_cost: Money,
    pub orders: i64,
    pub units: Option<i64>,
}

/// Returns the paid orders of the plans since a time, grouped by the price and cost that the orders were placed with.
pub fn sales_since(
    conn: &mut Conn,
    plans: &[PlanId],
    since: DateTime<Utc>,
) -> Result<Vec<SalesGroup>> {
    let group = (
        orders::plan_id,
        orders::region,
        orders::currency,
        orders::unit_price,
        orders::unit_cost,
    );
    Ok(orders::table
        .filter(orders::plan_id.eq_any(plans))
        .filter(orders::paid_at.ge(since))
        .group_by(group)
        .select((
            orders::plan_id,
            orders::region,
            orders::currency,
            orders::unit_price,
            orders::unit_cost,
            dsl::count_star(),
            dsl::sum(orders::quantity),
        ))
        .load(conn)?)
}
