//! SQL of price lists: comparisons, and the offers that a list is compared with.

use wire::{
    Currency, JsonList, Money, Page, Paging, PriceListId, ProviderId, UserId,
    catalog::{
        plans::Plan,
        price_lists::{
            PriceList, PriceListChange, PriceListFilter, PriceListRow, PriceListSort,
            PriceListState,
        },
    },
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{
    data_providers as providers, plan_provider_offers as offers, plans, price_list_syncs as lists,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = lists, check_for_backend(Pg))]
struct Row {
    id: PriceListId,
    provider_id: ProviderId,
    #[diesel(select_expression = providers::name)]
    provider_name: String,
    state: PriceListState,
    new_count: i32,
    changed_count: i32,
    gone_count: i32,
    unchanged_count: i32,
    refused_count: i32,
    created_by: Option<UserId>,
    closed_by: Option<UserId>,
    closed_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
}

impl From<Row> for PriceList {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            provider_id: row.provider_id,
            provider_name: row.provider_name,
            state: row.state,
            new: row.new_count,
            changed: row.changed_count,
            gone: row.gone_count,
            unchanged: row.unchanged_count,
            refused: row.refused_count,
            created_by: row.created_by,
            closed_by: row.closed_by,
            closed_at: row.closed_at,
            version: row.version,
            created_at: row.created_at,
            rows: Vec::new(),
        }
    }
}

/// Returns one page of the comparisons, without their rows.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &PriceListFilter,
    paging: &Paging<PriceListSort>,
) -> Result<Page<PriceList>> {
    let rows = page!(conn, paging, matching(filter) => Row, tie lists::id, {
        PriceListSort::CreatedAt => lists::created_at,
    })?;
    rows.try_map(|row| Ok(row.into()))
}

type Joined = InnerJoin<lists::table, providers::table>;

fn matching(filter: &PriceListFilter) -> IntoBoxed<'_, Joined, Pg> {
    let mut rows = lists::table.inner_join(providers::table).into_boxed();
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(lists::provider_id.eq(provider));
    }
    rows = any_of!(rows, lists::state, filter.state);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(lists::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(lists::created_at.lt(to));
    }
    rows
}

/// Returns a comparison with the rows that differ from the catalog.
pub fn find(conn: &mut Conn, id: PriceListId) -> Result<PriceList> {
    let mut found = find_with_all_rows(conn, id)?;
    found
        .rows
        .retain(|row| row.change != PriceListChange::Unchanged);
    Ok(found)
}

/// Returns a comparison with all of its rows.
pub fn find_with_all_rows(conn: &mut Conn, id: PriceListId) -> Result<PriceList> {
    let (row, rows): (Row, JsonList<PriceListRow>) = lists::table
        .inner_join(providers::table)
        .filter(lists::id.eq(id))
        .select((Row::as_select(), lists::rows))
        .first(conn)?;
    Ok(PriceList {
        rows: rows.0,
        ..row.into()
    })
}

/// Locks a comparison until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PriceListId) -> Result<()> {
    lists::table
        .find(id)
        .select(lists::id)
        .for_update()
        .first::<PriceListId>(tx.conn())?;
    Ok(())
}

/// Inserts a comparison.
pub fn insert(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    rows: &[PriceListRow],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<PriceListId> {
    let count = |change: PriceListChange| {
        let found = rows.iter().filter(|row| row.change == change).count();
        i32::try_from(found).map_err(Error::internal)
    };
    let id = PriceListId::new();
    diesel::insert_into(lists::table)
        .values((
            lists::id.eq(id),
            lists::provider_id.eq(provider),
            lists::rows.eq(serde_json::to_value(rows).map_err(Error::internal)?),
            lists::new_count.eq(count(PriceListChange::New)?),
            lists::changed_count.eq(count(PriceListChange::Changed)?),
            lists::gone_count.eq(count(PriceListChange::Gone)?),
            lists::unchanged_count.eq(count(PriceListChange::Unchanged)?),
            lists::refused_count.eq(count(PriceListChange::Refused)?),
            lists::created_by.eq(by),
            lists::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Discards the open comparison of a provider, if there is one.
pub fn discard_open(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<PriceListId>> {
    let open = lists::table
        .filter(lists::provider_id.eq(provider))
        .filter(lists::state.eq(PriceListState::Open));
    Ok(diesel::update(open)
        .set((
            lists::state.eq(PriceListState::Discarded),
            lists::closed_by.eq(by),
            lists::closed_at.eq(now),
            lists::version.eq(lists::version + 1),
        ))
        .returning(lists::id)
        .get_result(tx.conn())
        .optional()?)
}

/// Closes an open comparison. Returns `false` if it is not open or its version is no longer the given one.
pub fn close(
    tx: &mut Tx<'_>,
    id: PriceListId,
    version: i32,
    state: PriceListState,
    rows: Option<&[PriceListRow]>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let open = lists::table
        .find(id)
        .filter(lists::version.eq(version))
        .filter(lists::state.eq(PriceListState::Open));
    let rows = rows
        .map(serde_json::to_value)
        .transpose()
        .map_err(Error::internal)?;
    let closed = diesel::update(open).set((
        lists::state.eq(state),
        rows.map(|rows| lists::rows.eq(rows)),
        lists::closed_by.eq(by),
        lists::closed_at.eq(now),
        lists::version.eq(lists::version + 1),
    ));
    Ok(closed.execute(tx.conn())? == 1)
}

/// An offer of a provider and the plan that it supplies.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(Pg))]
pub struct ExistingOffer {
    /// The provider's key of the package.
    pub sku: String,
    /// The plan that the package supplies.
    #[diesel(embed)]
    pub plan: Plan,
    /// The cost price.
    pub cost: Money,
    /// The currency of the cost and the minimum price.
    pub currency: Currency,
    /// The lowest price that the provider allows for the plan.
    pub minimum_price: Option<Money>,
    /// The SKU of the same package as a top-up.
    pub topup_sku: Option<String>,
    /// Whether orders may use the offer.
    pub is_active: bool,
}

/// Returns all offers of a provider in one statement and locks their plans, so that the plans and their prices do not
/// change before the end of the transaction.
pub fn existing_offers(tx: &mut Tx<'_>, provider: ProviderId) -> Result<Vec<ExistingOffer>> {
    Ok(offers::table
        .inner_join(plans::table)
        .filter(offers::provider_id.eq(provider))
        .order_by(plans::id)
        .select(ExistingOffer::as_select())
        .for_no_key_update()
        .load(tx.conn())?)
}
