//! All SQL of comparisons.

use wire::{
    JsonList, Page, Paging, ProviderId, SyncId, UserId,
    catalog::plans::{PriceListSync, SyncChange, SyncFilter, SyncRow, SyncSort, SyncState},
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{data_providers as providers, price_list_syncs as syncs};

#[derive(Queryable, Selectable)]
#[diesel(table_name = syncs, check_for_backend(Pg))]
struct Row {
    id: SyncId,
    provider_id: ProviderId,
    #[diesel(select_expression = providers::name)]
    provider_name: String,
    state: SyncState,
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

impl From<Row> for PriceListSync {
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

/// One page of the comparisons, without their rows.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &SyncFilter,
    paging: &Paging<SyncSort>,
) -> Result<Page<PriceListSync>> {
    let rows = page!(conn, paging, matching(filter) => Row, tie syncs::id, {
        SyncSort::CreatedAt => syncs::created_at,
    })?;
    rows.try_map(|row| Ok(row.into()))
}

type Joined = InnerJoin<syncs::table, providers::table>;

fn matching(filter: &SyncFilter) -> IntoBoxed<'_, Joined, Pg> {
    let mut rows = syncs::table.inner_join(providers::table).into_boxed();
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(syncs::provider_id.eq(provider));
    }
    rows = any_of!(rows, syncs::state, filter.state);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(syncs::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(syncs::created_at.lt(to));
    }
    rows
}

/// A comparison, with the rows that are not as we have them.
pub fn find(conn: &mut Conn, id: SyncId) -> Result<PriceListSync> {
    let mut sync = whole(conn, id)?;
    sync.rows.retain(|row| row.change != SyncChange::Unchanged);
    Ok(sync)
}

/// A comparison, with all of its rows.
pub fn whole(conn: &mut Conn, id: SyncId) -> Result<PriceListSync> {
    let (row, rows): (Row, JsonList<SyncRow>) = syncs::table
        .inner_join(providers::table)
        .filter(syncs::id.eq(id))
        .select((Row::as_select(), syncs::rows))
        .first(conn)?;
    Ok(PriceListSync {
        rows: rows.0,
        ..row.into()
    })
}

/// Holds a comparison until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: SyncId) -> Result<()> {
    syncs::table
        .find(id)
        .select(syncs::id)
        .for_update()
        .first::<SyncId>(tx.conn())?;
    Ok(())
}

/// Adds a comparison.
pub fn insert(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    rows: &[SyncRow],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<SyncId> {
    let count = |change: SyncChange| {
        let found = rows.iter().filter(|row| row.change == change).count();
        i32::try_from(found).map_err(Error::internal)
    };
    let id = SyncId::new();
    diesel::insert_into(syncs::table)
        .values((
            syncs::id.eq(id),
            syncs::provider_id.eq(provider),
            syncs::rows.eq(serde_json::to_value(rows).map_err(Error::internal)?),
            syncs::new_count.eq(count(SyncChange::New)?),
            syncs::changed_count.eq(count(SyncChange::Changed)?),
            syncs::gone_count.eq(count(SyncChange::Gone)?),
            syncs::unchanged_count.eq(count(SyncChange::Unchanged)?),
            syncs::refused_count.eq(count(SyncChange::Refused)?),
            syncs::created_by.eq(by),
            syncs::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Closes the open comparison of a provider, if there is one.
pub fn discard_open(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<SyncId>> {
    let open = syncs::table
        .filter(syncs::provider_id.eq(provider))
        .filter(syncs::state.eq(SyncState::Open));
    Ok(diesel::update(open)
        .set((
            syncs::state.eq(SyncState::Discarded),
            syncs::closed_by.eq(by),
            syncs::closed_at.eq(now),
            syncs::version.eq(syncs::version + 1),
        ))
        .returning(syncs::id)
        .get_result(tx.conn())
        .optional()?)
}

/// Closes an open comparison that is still as it was read; whether it was.
pub fn close(
    tx: &mut Tx<'_>,
    (id, version): (SyncId, i32),
    (state, rows): (SyncState, Option<&[SyncRow]>),
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let open = syncs::table
        .find(id)
        .filter(syncs::version.eq(version))
        .filter(syncs::state.eq(SyncState::Open));
    let rows = rows
        .map(serde_json::to_value)
        .transpose()
        .map_err(Error::internal)?;
    let closed = diesel::update(open).set((
        syncs::state.eq(state),
        rows.map(|rows| syncs::rows.eq(rows)),
        syncs::closed_by.eq(by),
        syncs::closed_at.eq(now),
        syncs::version.eq(syncs::version + 1),
    ));
    Ok(closed.execute(tx.conn())? == 1)
}
