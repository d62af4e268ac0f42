//! All SQL of changes of many prices.

use wire::{
    Currency, Money, Page, Paging, PlanId, PriceChangeId, PriceId, UserId,
    catalog::pricing::{
        MOST_PRICES, NewPriceChange, PriceChange, PriceChangeFilter, PriceChangeSort, PriceRule,
    },
    region::GLOBAL,
};

use chrono::{DateTime, Utc};
use diesel::{dsl, pg::Pg, prelude::*};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{orders, plan_pricing as prices, plans, price_changes as changes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const AT_ONCE: usize = 1000;

/// What a change says of itself, in one column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// How prices changed.
    pub rule: PriceRule,
    /// How many.
    pub prices: i32,
    /// From when.
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
        let told: Told = serde_json::from_value(row.rule).map_err(Error::internal)?;
        Ok(Self {
            id: row.id,
            rule: told.rule,
            prices: told.prices,
            from: told.from,
            reason: row.reason,
            created_by: row.created_by,
            undone_by: row.undone_by,
            undone_at: row.undone_at,
            created_at: row.created_at,
        })
    }
}

/// One page of the changes.
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

/// A change.
pub fn find(conn: &mut Conn, id: PriceChangeId) -> Result<PriceChange> {
    let row: Row = changes::table
        .find(id)
        .select(Row::as_select())
        .first(conn)?;
    row.try_into()
}

/// A change, held until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PriceChangeId) -> Result<PriceChange> {
    let row: Row = changes::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(tx.conn())?;
    row.try_into()
}

/// A price that holds, and the plan that it is of.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = prices, check_for_backend(Pg))]
pub struct Held {
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

impl Held {
    /// Where it applies.
    pub fn place(&self) -> &str {
        self.region.as_deref().unwrap_or(GLOBAL)
    }
}

/// The prices of living plans that hold at the time, as far as a change names them; one more than it may set, when
/// there are more.
pub fn in_force(conn: &mut Conn, new: &NewPriceChange, at: DateTime<Utc>) -> Result<Vec<Held>> {
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
    let most = i64::try_from(MOST_PRICES).map_err(Error::internal)?;
    Ok(rows
        .order_by((plans::name, prices::plan_id, prices::currency, prices::id))
        .limit(most.saturating_add(1))
        .select(Held::as_select())
        .load(conn)?)
}

/// Holds plans, withdrawn or not, so that two changes of their prices do not cross.
pub fn hold_plans(tx: &mut Tx<'_>, ids: &[PlanId]) -> Result<()> {
    plans::table
        .filter(plans::id.eq_any(ids))
        .order_by(plans::id)
        .select(plans::id)
        .for_no_key_update()
        .load::<PlanId>(tx.conn())?;
    Ok(())
}

/// Writes a change down.
pub fn insert(
    tx: &mut Tx<'_>,
    id: PriceChangeId,
    told: &Told,
    (reason, by): (Option<&str>, Option<UserId>),
    now: DateTime<Utc>,
) -> Result<()> {
    let rule = serde_json::to_value(told).map_err(Error::internal)?;
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

/// Marks a change as taken back.
pub fn close(
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

/// Lets prices end at a time.
pub fn end(tx: &mut Tx<'_>, ids: &[PriceId], at: DateTime<Utc>) -> Result<()> {
    diesel::update(prices::table.filter(prices::id.eq_any(ids)))
        .set((
            prices::effective_to.eq(at),
            prices::version.eq(prices::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Lets a price hold until a time again, or for ever.
pub fn reopen(tx: &mut Tx<'_>, id: PriceId, to: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(prices::table.find(id))
        .set((
            prices::effective_to.eq(to),
            prices::version.eq(prices::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes prices back that have sold nothing.
pub fn remove(tx: &mut Tx<'_>, ids: &[PriceId]) -> Result<()> {
    diesel::delete(prices::table.filter(prices::id.eq_any(ids))).execute(tx.conn())?;
    Ok(())
}

/// A price to be set in the place of another.
pub struct Successor<'a> {
    /// Which it will be.
    pub id: PriceId,
    /// Whose place it takes.
    pub replaces: PriceId,
    /// What else it is like.
    pub like: &'a Held,
    /// What the customer pays.
    pub selling: &'a Money,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: Option<DateTime<Utc>>,
}

/// Sets prices in the place of others.
pub fn succeed(
    tx: &mut Tx<'_>,
    all: &[Successor<'_>],
    (change, note, by): (Option<PriceChangeId>, Option<&str>, Option<UserId>),
) -> Result<()> {
    for part in all.chunks(AT_ONCE) {
        let rows: Vec<_> = part
            .iter()
            .map(|one| {
                (
                    prices::id.eq(one.id),
                    prices::plan_id.eq(one.like.plan_id),
                    prices::region.eq(one.like.place()),
                    prices::cost_price.eq(&one.like.cost_price),
                    prices::selling_price.eq(one.selling),
                    prices::currency.eq(one.like.currency),
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

/// The prices that a change has set and that are still there, each with the one whose place it took.
pub fn set_by(conn: &mut Conn, id: PriceChangeId) -> Result<Vec<(Held, PriceId)>> {
    Ok(prices::table
        .inner_join(plans::table)
        .filter(prices::change_id.eq(id))
        .filter(prices::replaces_id.is_not_null())
        .order_by(prices::id)
        .select((Held::as_select(), prices::replaces_id.assume_not_null()))
        .load(conn)?)
}

/// These prices.
pub fn these(conn: &mut Conn, ids: &[PriceId]) -> Result<Vec<Held>> {
    Ok(prices::table
        .inner_join(plans::table)
        .filter(prices::id.eq_any(ids))
        .select(Held::as_select())
        .load(conn)?)
}

/// What was sold alike: so many orders of so many units in all.
#[derive(Debug, Clone, Queryable)]
pub struct Sold {
    pub plan_id: PlanId,
    pub region: Option<String>,
    pub currency: Currency,
    pub unit_price: Money,
    pub unit_cost: Money,
    pub orders: i64,
    pub units: Option<i64>,
}

/// What these plans sold and were paid for since then, at the prices that were frozen.
pub fn sold(conn: &mut Conn, of: &[PlanId], since: DateTime<Utc>) -> Result<Vec<Sold>> {
    let alike = (
        orders::plan_id,
        orders::region,
        orders::currency,
        orders::unit_price,
        orders::unit_cost,
    );
    Ok(orders::table
        .filter(orders::plan_id.eq_any(of))
        .filter(orders::paid_at.ge(since))
        .group_by(alike)
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
