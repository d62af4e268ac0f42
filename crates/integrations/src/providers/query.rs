//! All SQL of providers.

use wire::{
    Currency, Decimal, Page, Paging, ProviderId,
    integrations::providers::{
        NewProvider, Provider, ProviderAdapter, ProviderFilter, ProviderSort,
    },
};

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, select},
    pg::Pg,
    prelude::*,
    sql_types::{Numeric, Uuid as SqlUuid},
};
use platform::{
    Actor, Conn, Result, Tx, any_of,
    list::{named, search_fold},
    page,
};
use schema::{
    data_allocations as allocations, data_providers as providers, esims,
    plan_provider_offers as offers, provisioning_attempts as attempts,
};

/// Returns one page of the providers.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ProviderFilter,
    paging: &Paging<ProviderSort>,
) -> Result<Page<Provider>> {
    page!(conn, paging, matching(filter) => Provider, tie providers::id, {
        ProviderSort::Priority => providers::priority,
        ProviderSort::Name => providers::name,
        ProviderSort::CreatedAt => providers::created_at,
    })
}

fn matching(filter: &ProviderFilter) -> providers::BoxedQuery<'_, Pg> {
    let mut rows = providers::table
        .filter(providers::deleted_at.is_null())
        .into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(providers::name).like(named(q)));
    }
    if let Some(on) = filter.is_active {
        rows = rows.filter(providers::is_active.eq(on));
    }
    rows = any_of!(rows, providers::adapter, filter.adapter);
    rows
}

/// Returns a provider.
pub fn find(conn: &mut Conn, id: ProviderId) -> Result<Provider> {
    Ok(providers::table
        .find(id)
        .filter(providers::deleted_at.is_null())
        .select(Provider::as_select())
        .first(conn)?)
}

/// Returns a provider, locked until the end of the transaction, so that changes of its offers do not run concurrently.
pub fn lock(tx: &mut Tx<'_>, id: ProviderId) -> Result<Provider> {
    Ok(providers::table
        .find(id)
        .filter(providers::deleted_at.is_null())
        .select(Provider::as_select())
        .for_no_key_update()
        .first(tx.conn())?)
}

/// A row to insert.
#[derive(Insertable)]
#[diesel(table_name = providers)]
pub struct Row<'a> {
    id: ProviderId,
    name: &'a str,
    api_endpoint: &'a str,
    api_key_encrypted: &'a str,
    provider_type: Option<&'a str>,
    adapter: ProviderAdapter,
    priority: i32,
    currency: Currency,
}

impl<'a> Row<'a> {
    /// Creates the row of a new provider with its sealed key.
    pub fn new(id: ProviderId, new: &'a NewProvider, key: &'a str) -> Self {
        Self {
            id,
            name: &new.name,
            api_endpoint: &new.api_endpoint,
            api_key_encrypted: key,
            provider_type: new.provider_type.as_deref(),
            adapter: new.adapter,
            priority: new.priority,
            currency: new.currency,
        }
    }
}

/// Adds a provider.
pub fn insert(tx: &mut Tx<'_>, row: Row<'_>) -> Result<Provider> {
    Ok(diesel::insert_into(providers::table)
        .values(row)
        .returning(Provider::as_returning())
        .get_result(tx.conn())?)
}

/// Returns whether a provider has offers, eSIMs, requests or allocations.
pub fn is_used(conn: &mut Conn, id: ProviderId) -> Result<bool> {
    let offered = exists(offers::table.filter(offers::provider_id.eq(id)));
    let supplied = exists(esims::table.filter(esims::provider_id.eq(id)));
    let requested = exists(attempts::table.filter(attempts::provider_id.eq(id)));
    let allocated = exists(allocations::table.filter(allocations::provider_id.eq(id)));
    Ok(select(offered.or(supplied).or(requested).or(allocated)).get_result(conn)?)
}

/// Marks a locked provider as deleted.
pub fn remove(tx: &mut Tx<'_>, id: ProviderId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(providers::table.find(id))
        .set((
            providers::deleted_at.eq(now),
            providers::is_active.eq(false),
            providers::version.eq(providers::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The changed columns; a column that is `None` keeps its value.
#[derive(AsChangeset)]
#[diesel(table_name = providers)]
pub struct Changes<'a> {
    /// The name.
    pub name: Option<&'a str>,
    /// The kind of provider.
    pub provider_type: Option<Option<&'a str>>,
    /// The sealed API key.
    pub api_key_encrypted: Option<&'a str>,
    /// The position in the order of providers.
    pub priority: Option<i32>,
    /// Whether eSIMs are requested from it.
    pub is_active: Option<bool>,
}

/// Changes a provider if it still has this version. Returns `None` otherwise.
pub fn update(
    tx: &mut Tx<'_>,
    id: ProviderId,
    version: i32,
    changes: &Changes<'_>,
) -> Result<Option<Provider>> {
    let row = providers::table
        .find(id)
        .filter(providers::version.eq(version))
        .filter(providers::deleted_at.is_null());
    let changed = diesel::update(row).set((changes, providers::version.eq(providers::version + 1)));
    Ok(changed
        .returning(Provider::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Sets or clears the pause of a locked provider.
pub fn set_pause(
    tx: &mut Tx<'_>,
    id: ProviderId,
    pause: Option<(DateTime<Utc>, &str)>,
) -> Result<Provider> {
    let (at, reason) = pause.unzip();
    Ok(diesel::update(providers::table.find(id))
        .set((
            providers::paused_at.eq(at),
            providers::pause_reason.eq(reason),
            providers::version.eq(providers::version + 1),
        ))
        .returning(Provider::as_returning())
        .get_result(tx.conn())?)
}

/// Takes data from the pool at a provider. Returns `false` if the pool is too small. A provider without a pool has no limit.
pub fn take_from_pool(tx: &mut Tx<'_>, provider: ProviderId, megabytes: &Decimal) -> Result<bool> {
    let taken = diesel::sql_query(
        "UPDATE data_providers SET available_data_gb = available_data_gb - $2 / 1000 \
         WHERE id = $1 AND (available_data_gb IS NULL OR available_data_gb >= $2 / 1000)",
    )
    .bind::<SqlUuid, _>(provider.0)
    .bind::<Numeric, _>(megabytes.exact().clone())
    .execute(tx.conn())?;
    Ok(taken == 1)
}

/// Gives data back to the pool at a provider.
pub fn return_to_pool(tx: &mut Tx<'_>, provider: ProviderId, gigabytes: &BigDecimal) -> Result<()> {
    diesel::sql_query(
        "UPDATE data_providers SET available_data_gb = available_data_gb + $2 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(provider.0)
    .bind::<Numeric, _>(gigabytes)
    .execute(tx.conn())?;
    Ok(())
}
