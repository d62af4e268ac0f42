//! All SQL of prices.

mod global;

pub use global::*;

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

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const AT_ONCE: usize = 1000;

diesel::define_sql_function! {
    /// As the exclusion constraint has it: a price without a region is a global one.
    fn coalesce(region: Nullable<Text>, or: Text) -> Text;
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = prices, check_for_backend(Pg))]
struct Listed {
    #[diesel(embed)]
    row: Row,
    #[diesel(select_expression = plans::name)]
    plan_name: String,
    markup_percentage: Option<Decimal>,
    change_id: Option<PriceChangeId>,
    replaces_id: Option<PriceId>,
    created_at: DateTime<Utc>,
}

impl Listed {
    /// Costs, and what gives them away, are for those who may see them.
    fn shown(self, costs: bool) -> Price {
        let Self {
            row,
            plan_name,
            markup_percentage,
            change_id,
            replaces_id,
            created_at,
        } = self;
        let earned = Earnings::of(&row.cost_price, &row.selling_price);
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

/// One page of the prices that the actor sees: staff all of them, a customer those in force of plans on sale.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &PriceFilter,
    paging: &Paging<PriceSort>,
) -> Result<Page<Price>> {
    let rows: Page<Listed> = page!(conn, paging, matching(actor, filter) => Listed, tie prices::id, {
        PriceSort::EffectiveFrom => prices::effective_from,
        PriceSort::SellingPrice => prices::selling_price,
        PriceSort::CreatedAt => prices::created_at,
    })?;
    let costs = actor.can(Permission::CostsRead);
    rows.try_map(|row| Ok(row.shown(costs)))
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

/// A price that the actor sees.
pub fn find(conn: &mut Conn, actor: &Actor, id: PriceId) -> Result<Price> {
    let row: Listed = visible(actor)
        .filter(prices::id.eq(id))
        .select(Listed::as_select())
        .first(conn)?;
    Ok(row.shown(actor.can(Permission::CostsRead)))
}

/// Every price of a plan that could apply in a region and currency, the region's own first, then the newest.
pub fn candidates(
    conn: &mut Conn,
    actor: &Actor,
    (plan, region, currency): (PlanId, &str, Currency),
) -> Result<Vec<Price>> {
    let rows: Vec<Listed> = visible(actor)
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
        .select(Listed::as_select())
        .load(conn)?;
    let costs = actor.can(Permission::CostsRead);
    Ok(rows.into_iter().map(|row| row.shown(costs)).collect())
}

/// A price as rules need it.
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

/// The price of a living, active plan that holds at the time: the region's own before the global one.
pub fn in_force(
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

/// Which plan a price is of.
pub fn plan_of(conn: &mut Conn, id: PriceId) -> Result<PlanId> {
    Ok(prices::table.find(id).select(prices::plan_id).first(conn)?)
}

/// Holds a plan, withdrawn or not, so that two changes of its prices do not cross.
pub fn hold_plan(tx: &mut Tx<'_>, id: PlanId) -> Result<()> {
    plans::table
        .find(id)
        .select(plans::id)
        .for_no_key_update()
        .first::<PlanId>(tx.conn())?;
    Ok(())
}

/// A price, held until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PriceId) -> Result<Row> {
    Ok(prices::table
        .find(id)
        .select(Row::as_select())
        .for_update()
        .first(tx.conn())?)
}

/// When and for what a price is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The plan.
    pub plan: PlanId,
    /// The region.
    pub region: String,
    /// The currency.
    pub currency: Currency,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: Option<DateTime<Utc>>,
}

impl Window {
    /// Of a new price.
    pub fn of(new: &NewPrice, now: DateTime<Utc>) -> Self {
        Self {
            plan: new.plan_id,
            region: new.region.clone(),
            currency: new.currency,
            from: new.effective_from.unwrap_or(now),
            to: new.effective_to,
        }
    }
    /// Of one that there is.
    pub fn of_row(row: &Row) -> Self {
        Self {
            plan: row.plan_id,
            region: row.region.clone().unwrap_or_else(|| GLOBAL.to_owned()),
            currency: row.currency,
            from: row.effective_from,
            to: row.effective_to,
        }
    }
}

/// Ends the open price that began before the window where the window begins; the prices ended, one at most.
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

/// Another price that holds within the window.
pub fn clash(conn: &mut Conn, window: &Window, but: Option<PriceId>) -> Result<Option<Row>> {
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
    if let Some(id) = but {
        rows = rows.filter(prices::id.ne(id));
    }
    Ok(rows
        .order_by(prices::effective_from)
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Adds a price.
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

/// What a price becomes.
#[derive(Debug, Clone, PartialEq, AsChangeset)]
#[diesel(table_name = prices, treat_none_as_null = true)]
pub struct Change {
    pub cost_price: Money,
    pub selling_price: Money,
    pub effective_from: DateTime<Utc>,
    pub effective_to: Option<DateTime<Utc>>,
    pub note: Option<String>,
}

/// Changes a price that is held.
pub fn update(tx: &mut Tx<'_>, id: PriceId, change: &Change) -> Result<()> {
    diesel::update(prices::table.find(id))
        .set((change, prices::version.eq(prices::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends a price that is held.
pub fn end(tx: &mut Tx<'_>, id: PriceId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(prices::table.find(id))
        .set((
            prices::effective_to.eq(now),
            prices::version.eq(prices::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes back a price that has not begun.
pub fn remove(tx: &mut Tx<'_>, id: PriceId) -> Result<()> {
    diesel::delete(prices::table.find(id)).execute(tx.conn())?;
    Ok(())
}
