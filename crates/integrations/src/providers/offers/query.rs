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
    sql_types::{Integer, Nullable, Numeric, Text},
    upsert::excluded,
};
use platform::{
    Actor, Conn, Result, Tx, any_of,
    list::{number_pattern, search_fold},
    page,
    text::fold,
};
use schema::{data_providers as providers, plan_provider_offers as offers, plans};
use std::collections::HashMap;

diesel::define_sql_function! {
    /// Returns the first value that is not null.
    #[sql_name = "coalesce"]
    fn coalesce_integer(one: Nullable<Integer>, or: Nullable<Integer>) -> Nullable<Integer>;
}
diesel::define_sql_function! {
    /// Returns the first value that is not null.
    #[sql_name = "coalesce"]
    fn coalesce_amount(one: Nullable<Numeric>, or: Nullable<Numeric>) -> Nullable<Numeric>;
}

diesel::define_sql_function! {
    /// Returns the first value that is not null.
    #[sql_name = "coalesce"]
    fn coalesce_text(one: Nullable<Text>, or: Nullable<Text>) -> Nullable<Text>;
}

/// Rows per INSERT; a statement has at most 65,535 values.
const BATCH: usize = 1000;

/// Returns one page of the offers.
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
    if let Some(is_active) = filter.is_active {
        rows = rows.filter(offers::is_active.eq(is_active));
    }
    rows = any_of!(rows, offers::currency, filter.currency);
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(offers::sku).like(number_pattern(&fold(q))));
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
    topup_sku: Option<String>,
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
            topup_sku,
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
            topup_sku,
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

/// An offer of a price list.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedOffer {
    /// The plan that the offer supplies. An existing offer keeps its plan.
    pub plan_id: PlanId,
    /// The SKU of the provider.
    pub sku: String,
    /// The cost price.
    pub cost: Money,
    /// The currency of the prices.
    pub currency: Currency,
    /// The stock of the provider; `None` keeps the previous value.
    pub stock: Option<i32>,
    /// The minimum selling price that the provider allows; `None` keeps the previous value.
    pub minimum_price: Option<Money>,
    /// The SKU of the same package as a top-up, where it differs; `None` keeps the previous value.
    pub topup_sku: Option<String>,
}

/// Adds new offers of a provider and updates the cost of existing ones. All of them count as synchronized now.
pub fn upsert(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    stated: &[StatedOffer],
    now: DateTime<Utc>,
) -> Result<()> {
    for batch in stated.chunks(BATCH) {
        let rows: Vec<_> = batch
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
                    offers::topup_sku.eq(&offer.topup_sku),
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
                offers::stock.eq(coalesce_integer(excluded(offers::stock), offers::stock)),
                offers::minimum_price.eq(coalesce_amount(
                    excluded(offers::minimum_price),
                    offers::minimum_price,
                )),
                offers::topup_sku.eq(coalesce_text(
                    excluded(offers::topup_sku),
                    offers::topup_sku,
                )),
                offers::last_synced_at.eq(excluded(offers::last_synced_at)),
                offers::version.eq(offers::version + 1),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Returns an offer.
pub fn find(conn: &mut Conn, id: OfferId) -> Result<Offer> {
    let row: Row = offers::table
        .inner_join(plans::table)
        .inner_join(providers::table)
        .filter(offers::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    Ok(row.into())
}

/// Returns an offer, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: OfferId) -> Result<Offer> {
    offers::table
        .find(id)
        .select(offers::id)
        .for_no_key_update()
        .first::<OfferId>(tx.conn())?;
    find(tx.conn(), id)
}

/// Returns whether a plan exists and is not deleted, and locks it against deletion.
pub fn lock_plan(tx: &mut Tx<'_>, id: PlanId) -> Result<bool> {
    let found = plans::table
        .find(id)
        .filter(plans::deleted_at.is_null())
        .select(plans::id)
        .for_key_share();
    Ok(found.first::<PlanId>(tx.conn()).optional()?.is_some())
}

/// Adds an offer, and returns its id. Returns `None` when the provider already has an offer with the SKU.
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
        offers::topup_sku.eq(&new.topup_sku),
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

/// Changes an offer if it still has this version, and returns whether it did.
pub fn update(tx: &mut Tx<'_>, id: OfferId, version: i32, edit: &EditOffer) -> Result<bool> {
    let row = offers::table.find(id).filter(offers::version.eq(version));
    let changed = diesel::update(row).set((
        edit.plan_id.map(|plan| offers::plan_id.eq(plan)),
        edit.cost.as_ref().map(|cost| offers::cost.eq(cost)),
        edit.currency.map(|currency| offers::currency.eq(currency)),
        edit.stock.map(|stock| offers::stock.eq(stock)),
        edit.minimum_price
            .as_ref()
            .map(|price| offers::minimum_price.eq(price)),
        edit.topup_sku.as_ref().map(|sku| offers::topup_sku.eq(sku)),
        edit.priority.map(|priority| offers::priority.eq(priority)),
        edit.is_active
            .map(|is_active| offers::is_active.eq(is_active)),
        offers::version.eq(offers::version + 1),
    ));
    Ok(changed.execute(tx.conn())? == 1)
}

/// Returns the offers of a plan with their priorities, locked until the end of the transaction.
pub fn lock_offers_of_plan(tx: &mut Tx<'_>, plan: PlanId) -> Result<Vec<(OfferId, i32)>> {
    Ok(offers::table
        .filter(offers::plan_id.eq(plan))
        .order_by(offers::id)
        .select((offers::id, offers::priority))
        .for_no_key_update()
        .load(tx.conn())?)
}

/// Sets the priority of an offer.
pub fn set_priority(tx: &mut Tx<'_>, id: OfferId, priority: i32) -> Result<()> {
    diesel::update(offers::table.find(id))
        .set((
            offers::priority.eq(priority),
            offers::version.eq(offers::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Deactivates the offers with these SKUs, and returns those that were active.
pub fn deactivate(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    skus: &[&str],
) -> Result<Vec<(OfferId, PlanId)>> {
    let active = offers::table
        .filter(offers::provider_id.eq(provider))
        .filter(offers::sku.eq_any(skus))
        .filter(offers::is_active.eq(true));
    Ok(diesel::update(active)
        .set((
            offers::is_active.eq(false),
            offers::version.eq(offers::version + 1),
        ))
        .returning((offers::id, offers::plan_id))
        .get_results(tx.conn())?)
}

/// Returns the minimum selling prices of plans by currency: the highest minimum price of the active offers.
pub fn minimum_prices(
    conn: &mut Conn,
    plan_ids: &[PlanId],
) -> Result<HashMap<(PlanId, Currency), Money>> {
    let rows: Vec<(PlanId, Currency, Money)> = offers::table
        .inner_join(providers::table)
        .filter(offers::plan_id.eq_any(plan_ids))
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
    let mut minimum_prices = HashMap::new();
    for (plan, currency, price) in rows {
        let highest = minimum_prices
            .entry((plan, currency))
            .or_insert_with(|| price.clone());
        if price > *highest {
            *highest = price;
        }
    }
    Ok(minimum_prices)
}
