//! All SQL of offers.

use wire::{
    Currency, Money, OfferId, Page, Paging, PlanId, ProviderId,
    integrations::providers::{EditOffer, NewOffer, Offer, OfferFilter, OfferSort},
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
    sql_types::{Integer, Nullable, Numeric},
    upsert::excluded,
};
use platform::{
    Actor, Conn, Result, Tx, any_of,
    list::{numbered, search_fold},
    page,
    text::fold,
};
use schema::{data_providers as providers, plan_provider_offers as offers, plans};
use std::collections::HashMap;

diesel::define_sql_function! {
    /// The first that is there.
    #[sql_name = "coalesce"]
    fn coalesce_whole(one: Nullable<Integer>, or: Nullable<Integer>) -> Nullable<Integer>;
}
diesel::define_sql_function! {
    /// The first that is there.
    #[sql_name = "coalesce"]
    fn coalesce_amount(one: Nullable<Numeric>, or: Nullable<Numeric>) -> Nullable<Numeric>;
}

/// Rows of one INSERT; PostgreSQL takes 65,535 values.
const AT_ONCE: usize = 1000;

/// One page of the offers.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &OfferFilter,
    paging: &Paging<OfferSort>,
) -> Result<Page<Offer>> {
    let rows = page!(conn, paging, matching(filter) => Row, tie offers::id, {
        OfferSort::CreatedAt => offers::created_at,
        OfferSort::Cost => offers::cost,
        OfferSort::Sku => offers::sku,
        OfferSort::Priority => offers::priority,
    })?;
    rows.try_map(|row| Ok(row.into()))
}

type Joined = InnerJoin<InnerJoin<offers::table, plans::table>, providers::table>;

fn matching(filter: &OfferFilter) -> IntoBoxed<'_, Joined, Pg> {
    let mut rows = offers::table
        .inner_join(plans::table)
        .inner_join(providers::table)
        .into_boxed();
    if let Some(plan) = filter.plan_id {
        rows = rows.filter(offers::plan_id.eq(plan));
    }
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(offers::provider_id.eq(provider));
    }
    if let Some(on) = filter.is_active {
        rows = rows.filter(offers::is_active.eq(on));
    }
    rows = any_of!(rows, offers::currency, filter.currency);
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(offers::sku).like(numbered(&fold(q))));
    }
    rows
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(Pg))]
struct Row {
    id: OfferId,
    plan_id: PlanId,
    #[diesel(select_expression = plans::name)]
    plan_name: String,
    provider_id: ProviderId,
    #[diesel(select_expression = providers::name)]
    provider_name: String,
    sku: String,
    cost: Money,
    currency: Currency,
    priority: i32,
    is_active: bool,
    stock: Option<i32>,
    minimum_price: Option<Money>,
    last_synced_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Offer {
    fn from(row: Row) -> Self {
        let Row {
            id,
            plan_id,
            plan_name,
            provider_id,
            provider_name,
            sku,
            cost,
            currency,
            priority,
            is_active,
            stock,
            minimum_price,
            last_synced_at,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            plan_id,
            plan_name,
            provider_id,
            provider_name,
            sku,
            cost,
            currency,
            priority,
            is_active,
            stock,
            minimum_price,
            last_synced_at,
            version,
            created_at,
            updated_at,
        }
    }
}

/// An offer as a price list states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The plan that it supplies. An offer that is known keeps its plan.
    pub plan_id: PlanId,
    /// The provider's key of the package.
    pub sku: String,
    /// What it costs us.
    pub cost: Money,
    /// In this currency.
    pub currency: Currency,
    /// How many the provider has left; what it said before stays when it does not say.
    pub stock: Option<i32>,
    /// The least that it lets the plan be sold for; what it said before stays when it does not say.
    pub minimum_price: Option<Money>,
}

/// Takes over what a provider offers: new offers are added, known ones get the stated cost, all count as confirmed now.
pub fn put(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    stated: &[Stated],
    now: DateTime<Utc>,
) -> Result<()> {
    for part in stated.chunks(AT_ONCE) {
        let rows: Vec<_> = part
            .iter()
            .map(|offer| {
                (
                    offers::id.eq(OfferId::new()),
                    offers::plan_id.eq(offer.plan_id),
                    offers::provider_id.eq(provider),
                    offers::sku.eq(&offer.sku),
                    offers::cost.eq(&offer.cost),
                    offers::currency.eq(offer.currency),
                    offers::stock.eq(offer.stock),
                    offers::minimum_price.eq(&offer.minimum_price),
                    offers::last_synced_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(offers::table)
            .values(rows)
            .on_conflict((offers::provider_id, offers::sku))
            .do_update()
            .set((
                offers::cost.eq(excluded(offers::cost)),
                offers::currency.eq(excluded(offers::currency)),
                offers::stock.eq(coalesce_whole(excluded(offers::stock), offers::stock)),
                offers::minimum_price.eq(coalesce_amount(
                    excluded(offers::minimum_price),
                    offers::minimum_price,
                )),
                offers::last_synced_at.eq(excluded(offers::last_synced_at)),
                offers::version.eq(offers::version + 1),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// An offer.
pub fn find(conn: &mut Conn, id: OfferId) -> Result<Offer> {
    let row: Row = offers::table
        .inner_join(plans::table)
        .inner_join(providers::table)
        .filter(offers::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    Ok(row.into())
}

/// An offer, held until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: OfferId) -> Result<Offer> {
    offers::table
        .find(id)
        .select(offers::id)
        .for_no_key_update()
        .first::<OfferId>(tx.conn())?;
    find(tx.conn(), id)
}

/// Whether there is such a plan that is not withdrawn; held, so that it is not withdrawn meanwhile.
pub fn has_plan(tx: &mut Tx<'_>, id: PlanId) -> Result<bool> {
    let found = plans::table
        .find(id)
        .filter(plans::deleted_at.is_null())
        .select(plans::id)
        .for_key_share();
    Ok(found.first::<PlanId>(tx.conn()).optional()?.is_some())
}

/// Adds an offer; nothing when the provider's package is known already.
pub fn insert(tx: &mut Tx<'_>, new: &NewOffer) -> Result<Option<OfferId>> {
    let row = (
        offers::id.eq(OfferId::new()),
        offers::plan_id.eq(new.plan_id),
        offers::provider_id.eq(new.provider_id),
        offers::sku.eq(&new.sku),
        offers::cost.eq(&new.cost),
        offers::currency.eq(new.currency),
        offers::stock.eq(new.stock),
        offers::minimum_price.eq(&new.minimum_price),
        offers::priority.eq(new.priority),
    );
    Ok(diesel::insert_into(offers::table)
        .values(row)
        .on_conflict((offers::provider_id, offers::sku))
        .do_nothing()
        .returning(offers::id)
        .get_result(tx.conn())
        .optional()?)
}

/// Changes an offer that is still as it was read; whether it was.
pub fn update(tx: &mut Tx<'_>, id: OfferId, version: i32, edit: &EditOffer) -> Result<bool> {
    let row = offers::table.find(id).filter(offers::version.eq(version));
    let changed = diesel::update(row).set((
        edit.plan_id.map(|plan| offers::plan_id.eq(plan)),
        edit.cost.as_ref().map(|cost| offers::cost.eq(cost)),
        edit.currency.map(|currency| offers::currency.eq(currency)),
        edit.stock.map(|stock| offers::stock.eq(stock)),
        edit.minimum_price
            .as_ref()
            .map(|least| offers::minimum_price.eq(least)),
        edit.priority.map(|priority| offers::priority.eq(priority)),
        edit.is_active.map(|on| offers::is_active.eq(on)),
        offers::version.eq(offers::version + 1),
    ));
    Ok(changed.execute(tx.conn())? == 1)
}

/// Every offer of a plan and its place in the order, held until the end of the transaction.
pub fn of_plan(tx: &mut Tx<'_>, plan: PlanId) -> Result<Vec<(OfferId, i32)>> {
    Ok(offers::table
        .filter(offers::plan_id.eq(plan))
        .order_by(offers::id)
        .select((offers::id, offers::priority))
        .for_no_key_update()
        .load(tx.conn())?)
}

/// Gives an offer its place in the order.
pub fn place(tx: &mut Tx<'_>, id: OfferId, priority: i32) -> Result<()> {
    diesel::update(offers::table.find(id))
        .set((
            offers::priority.eq(priority),
            offers::version.eq(offers::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Asks a provider no longer for these packages; the offers that were asked so far.
pub fn switch_off(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    skus: &[&str],
) -> Result<Vec<(OfferId, PlanId)>> {
    let asked = offers::table
        .filter(offers::provider_id.eq(provider))
        .filter(offers::sku.eq_any(skus))
        .filter(offers::is_active.eq(true));
    Ok(diesel::update(asked)
        .set((
            offers::is_active.eq(false),
            offers::version.eq(offers::version + 1),
        ))
        .returning((offers::id, offers::plan_id))
        .get_results(tx.conn())?)
}

/// The least that plans may be sold for, in each currency that a provider has said it in: of those that are asked,
/// the greatest.
pub fn minimum(conn: &mut Conn, of: &[PlanId]) -> Result<HashMap<(PlanId, Currency), Money>> {
    let rows: Vec<(PlanId, Currency, Money)> = offers::table
        .inner_join(providers::table)
        .filter(offers::plan_id.eq_any(of))
        .filter(offers::is_active)
        .filter(offers::minimum_price.is_not_null())
        .filter(providers::is_active)
        .filter(providers::deleted_at.is_null())
        .select((
            offers::plan_id,
            offers::currency,
            offers::minimum_price.assume_not_null(),
        ))
        .load(conn)?;
    let mut least = HashMap::new();
    for (plan, currency, said) in rows {
        let known = least
            .entry((plan, currency))
            .or_insert_with(|| said.clone());
        if said > *known {
            *known = said;
        }
    }
    Ok(least)
}
