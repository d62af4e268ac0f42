//! SQL of prices.

mod global_prices;

pub use global_prices::*;

use wire::{
    Currency, Decimal, Money, Page, Paging, Permission, PlanId, PriceChangeId, PriceId, Reach,
    UserId,
    catalog::pricing::{Earnings, NewPrice, Price, PriceFilter, PriceSort},
    region::GLOBAL,
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{self, InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz},
};
use platform::{Actor, Conn, Result, Tx, any_of, page};
use schema::{plan_pricing as prices, plans};

/// The rows of one INSERT: PostgreSQL accepts 65,535 parameters at most.
const BATCH_SIZE: usize = 1000;

diesel::define_sql_function! {
    /// The region of a price as in the exclusion constraint: a price without a region is global.
    fn coalesce(region: Nullable<Text>, or: Text) -> Text;
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = prices, check_for_backend(Pg))]
struct PriceRow {
    #[diesel(embed)]
    row: Row,
    #[diesel(select_expression = plans::name)]
    plan_name: String,
    markup_percentage: Option<Decimal>,
    change_id: Option<PriceChangeId>,
    replaces_id: Option<PriceId>,
    created_at: DateTime<Utc>,
}

impl PriceRow {
    /// Converts the row to the response. Costs, and the fields that reveal them, are left out unless the actor may see
    /// costs.
    fn into_response(self, costs: bool) -> Price {
        let Self {
            row,
            plan_name,
            markup_percentage,
            change_id,
            replaces_id,
            created_at,
        } = self;
        let earned = Earnings::from_prices(&row.cost_price, &row.selling_price);
        Price {
            id: row.id,
            plan_id: row.plan_id,
            plan_name,
            region: row.region.unwrap_or_else(|| GLOBAL.to_owned()),
            cost_price: costs.then_some(row.cost_price),
            selling_price: row.selling_price,
            markup_percentage: markup_percentage.filter(|_| costs),
            margin_percentage: earned.margin_percent.filter(|_| costs),
            currency: row.currency,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            note: row.note.filter(|_| costs),
            change_id,
            replaces_id,
            version: row.version,
            created_at,
        }
    }
}

/// Returns one page of the prices that the actor may see: staff see every price, a customer sees the active prices of
/// plans on sale.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &PriceFilter,
    paging: &Paging<PriceSort>,
) -> Result<Page<Price>> {
    let rows: Page<PriceRow> = page!(conn, paging, matching(actor, filter) => PriceRow, tie prices::id, {
        PriceSort::EffectiveFrom => prices::effective_from,
        PriceSort::SellingPrice => prices::selling_price,
        PriceSort::CreatedAt => prices::created_at,
    })?;
    let costs = actor.can(Permission::CostsRead);
    rows.try_map(|row| Ok(row.into_response(costs)))
}

type Joined = InnerJoin<prices::table, plans::table>;

fn matching<'a>(actor: &Actor, filter: &'a PriceFilter) -> IntoBoxed<'a, Joined, Pg> {
    let mut rows = visible(actor);
    if let Some(plan) = filter.plan_id {
        rows = rows.filter(prices::plan_id.eq(plan));
    }
    match filter.region.as_deref() {
        Some(GLOBAL) => rows = rows.filter(prices::region.is_null().or(prices::region.eq(GLOBAL))),
        Some(region) => rows = rows.filter(prices::region.eq(region)),
        None => {}
    }
    if let Some(change) = filter.change_id {
        rows = rows.filter(prices::change_id.eq(change));
    }
    rows = any_of!(rows, prices::currency, filter.currency);
    if let Some(at) = filter.at {
        rows = rows.filter(prices::effective_from.le(at)).filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(at)),
        );
    }
    if let Some(from) = filter.effective_from_from {
        rows = rows.filter(prices::effective_from.ge(from));
    }
    if let Some(to) = filter.effective_from_to {
        rows = rows.filter(prices::effective_from.lt(to));
    }
    rows
}

fn visible<'a>(actor: &Actor) -> IntoBoxed<'a, Joined, Pg> {
    let rows = prices::table.inner_join(plans::table).into_boxed();
    if actor.reach == Reach::All {
        return rows;
    }
    rows.filter(plans::deleted_at.is_null())
        .filter(plans::is_active.eq(true))
        .filter(prices::effective_from.le(dsl::now))
        .filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(dsl::now.into_sql::<Nullable<Timestamptz>>())),
        )
}

/// Returns a price that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: PriceId) -> Result<Price> {
    let row: PriceRow = visible(actor)
        .filter(prices::id.eq(id))
        .select(PriceRow::as_select())
        .first(conn)?;
    Ok(row.into_response(actor.can(Permission::CostsRead)))
}

/// Returns every price of a plan that could apply in a region and currency: the prices of the region first, then the
/// newest.
pub fn candidates(
    conn: &mut Conn,
    actor: &Actor,
    plan: PlanId,
    region: &str,
    currency: Currency,
) -> Result<Vec<Price>> {
    let rows: Vec<PriceRow> = visible(actor)
        .filter(prices::plan_id.eq(plan))
        .filter(prices::currency.eq(currency))
        .filter(
            prices::region
                .is_null()
                .or(prices::region.eq(GLOBAL))
                .or(prices::region.eq(region.to_owned())),
        )
        .order_by((
            coalesce(prices::region, GLOBAL).eq(GLOBAL),
            prices::effective_from.desc(),
        ))
        .limit(200)
        .select(PriceRow::as_select())
        .load(conn)?;
    let costs = actor.can(Permission::CostsRead);
    Ok(rows
        .into_iter()
        .map(|row| row.into_response(costs))
        .collect())
}

/// A price as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = prices, check_for_backend(Pg))]
pub struct Row {
    pub id: PriceId,
    pub plan_id: PlanId,
    pub region: Option<String>,
    pub cost_price: Money,
    pub selling_price: Money,
    pub currency: Currency,
    pub effective_from: DateTime<Utc>,
    pub effective_to: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub version: i32,
}

/// Returns the price of an active, not deleted plan at a time: the price of the region before the global price.
pub fn active_price(
    conn: &mut Conn,
    plan: PlanId,
    region: &str,
    currency: Currency,
    at: DateTime<Utc>,
) -> Result<Option<Row>> {
    Ok(prices::table
        .inner_join(plans::table)
        .filter(plans::id.eq(plan))
        .filter(plans::deleted_at.is_null())
        .filter(plans::is_active.eq(true))
        .filter(prices::currency.eq(currency))
        .filter(
            prices::region
                .is_null()
                .or(prices::region.eq_any([region, GLOBAL])),
        )
        .filter(prices::effective_from.le(at))
        .filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(at)),
        )
        .order_by(coalesce(prices::region, GLOBAL).eq(GLOBAL))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the plan of a price.
pub fn find_plan_id(conn: &mut Conn, id: PriceId) -> Result<PlanId> {
    Ok(prices::table.find(id).select(prices::plan_id).first(conn)?)
}

/// Locks a plan, withdrawn or not, so that concurrent changes of its prices wait.
pub fn lock_plan(tx: &mut Tx<'_>, id: PlanId) -> Result<()> {
    plans::table
        .find(id)
        .select(plans::id)
        .for_no_key_update()
        .first::<PlanId>(tx.conn())?;
    Ok(())
}

/// Locks a price until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PriceId) -> Result<Row> {
    Ok(prices::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(tx.conn())?)
}

/// The plan, region, currency and period of a price.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The plan.
    pub plan: PlanId,
    /// The region.
    pub region: String,
    /// The currency.
    pub currency: Currency,
    /// The start.
    pub from: DateTime<Utc>,
    /// The end, if there is one.
    pub to: Option<DateTime<Utc>>,
}

impl Window {
    /// Returns the window of a new price.
    pub fn from_new(new: &NewPrice, now: DateTime<Utc>) -> Self {
        Self {
            plan: new.plan_id,
            region: new.region.clone(),
            currency: new.currency,
            from: new.effective_from.unwrap_or(now),
            to: new.effective_to,
        }
    }
    /// Returns the window of a stored price.
    pub fn from_row(row: &Row) -> Self {
        Self {
            plan: row.plan_id,
            region: row.region.clone().unwrap_or_else(|| GLOBAL.to_owned()),
            currency: row.currency,
            from: row.effective_from,
            to: row.effective_to,
        }
    }
}

/// Ends the price without an end that began before the window at the start of the window. Returns the ended prices, one
/// at most.
pub fn end_open(tx: &mut Tx<'_>, window: &Window) -> Result<Vec<PriceId>> {
    let open = prices::table
        .filter(prices::plan_id.eq(window.plan))
        .filter(coalesce(prices::region, GLOBAL).eq(&window.region))
        .filter(prices::currency.eq(window.currency))
        .filter(prices::effective_to.is_null())
        .filter(prices::effective_from.lt(window.from));
    let ended = diesel::update(open).set((
        prices::effective_to.eq(window.from),
        prices::version.eq(prices::version + 1),
    ));
    Ok(ended.returning(prices::id).get_results(tx.conn())?)
}

/// Returns another price that is active within the window.
pub fn find_overlap(
    conn: &mut Conn,
    window: &Window,
    except: Option<PriceId>,
) -> Result<Option<Row>> {
    let mut rows = prices::table
        .filter(prices::plan_id.eq(window.plan))
        .filter(coalesce(prices::region, GLOBAL).eq(&window.region))
        .filter(prices::currency.eq(window.currency))
        .filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(window.from)),
        )
        .into_boxed::<Pg>();
    if let Some(to) = window.to {
        rows = rows.filter(prices::effective_from.lt(to));
    }
    if let Some(id) = except {
        rows = rows.filter(prices::id.ne(id));
    }
    Ok(rows
        .order_by(prices::effective_from)
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Inserts a price.
pub fn insert(
    tx: &mut Tx<'_>,
    new: &NewPrice,
    from: DateTime<Utc>,
    by: Option<UserId>,
) -> Result<PriceId> {
    Ok(diesel::insert_into(prices::table)
        .values((
            prices::id.eq(PriceId::new()),
            prices::plan_id.eq(new.plan_id),
            prices::region.eq(&new.region),
            prices::cost_price.eq(&new.cost_price),
            prices::selling_price.eq(&new.selling_price),
            prices::currency.eq(new.currency),
            prices::effective_from.eq(from),
            prices::effective_to.eq(new.effective_to),
            prices::note.eq(&new.note),
            prices::created_by.eq(by),
        ))
        .returning(prices::id)
        .get_result(tx.conn())?)
}

/// The new values of a price.
#[derive(Debug, Clone, PartialEq, AsChangeset)]
#[diesel(table_name = prices, treat_none_as_null = true)]
pub struct PriceUpdate {
    pub cost_price: Money,
    pub selling_price: Money,
    pub effective_from: DateTime<Utc>,
    pub effective_to: Option<DateTime<Utc>>,
    pub note: Option<String>,
}

/// Updates a locked price.
pub fn update(tx: &mut Tx<'_>, id: PriceId, update: &PriceUpdate) -> Result<()> {
    diesel::update(prices::table.find(id))
        .set((update, prices::version.eq(prices::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends a locked price.
pub fn end(tx: &mut Tx<'_>, id: PriceId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(prices::table.find(id))
        .set((
            prices::effective_to.eq(now),
            prices::version.eq(prices::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes a scheduled price.
pub fn remove(tx: &mut Tx<'_>, id: PriceId) -> Result<()> {
    diesel::delete(prices::table.find(id)).execute(tx.conn())?;
    Ok(())
}
