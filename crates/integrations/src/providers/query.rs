//! All SQL of providers.

pub mod account;
pub mod twilio_account;

use wire::{
    Currency, Decimal, Money, Page, Paging, ProviderId,
    integrations::providers::{
        NewProvider, Provider, ProviderAdapter, ProviderBalance, ProviderFilter, ProviderSort,
    },
};

use account::last4;
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
    plan_provider_offers as offers, provider_balances as balances,
    provisioning_attempts as attempts,
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
    api_key_last4: Option<String>,
    credentials_encrypted: Option<&'a str>,
    credential_names: Vec<&'a str>,
    provider_type: Option<&'a str>,
    adapter: ProviderAdapter,
    priority: i32,
    currency: Currency,
    is_sandbox: bool,
}

impl<'a> Row<'a> {
    /// Creates the row of a new provider with its sealed key and credentials.
    pub fn new(
        id: ProviderId,
        new: &'a NewProvider,
        key: &'a str,
        credentials: Option<&'a str>,
    ) -> Self {
        Self {
            id,
            name: &new.name,
            api_endpoint: &new.api_endpoint,
            api_key_encrypted: key,
            api_key_last4: last4(&new.api_key),
            credentials_encrypted: credentials,
            credential_names: new.credentials.keys().map(String::as_str).collect(),
            is_sandbox: new.is_sandbox,
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
    /// The base URL of the API.
    pub api_endpoint: Option<&'a str>,
    /// Whether the account is a sandbox.
    pub is_sandbox: Option<bool>,
    /// The balance below which the provider is low on balance.
    pub low_balance_threshold: Option<Option<Money>>,
    /// The hours between two reads of the catalog.
    pub sync_interval_hours: Option<Option<i32>>,
    /// The credentials.
    #[diesel(embed)]
    pub credentials: Credentials,
    /// The position in the order of providers.
    pub priority: Option<i32>,
    /// Whether eSIMs are requested from it.
    pub is_active: Option<bool>,
}

/// Replaced credentials; a column that is `None` keeps its value.
#[derive(Default, AsChangeset)]
#[diesel(table_name = providers)]
pub struct Credentials {
    /// The sealed API key.
    pub api_key_encrypted: Option<String>,
    /// The last characters of the API key.
    pub api_key_last4: Option<Option<String>>,
    /// The other credentials, sealed.
    pub credentials_encrypted: Option<Option<String>>,
    /// The names of the other credentials that are set.
    pub credential_names: Option<Vec<String>>,
    /// The previous API key, sealed again for its column.
    pub previous_key_encrypted: Option<Option<String>>,
    /// The previous credentials, sealed again for their column.
    pub previous_credentials_encrypted: Option<Option<String>>,
    /// Until when the previous ones are accepted in signatures of webhooks.
    pub previous_until: Option<Option<DateTime<Utc>>>,
}

/// The sealed credentials of a provider.
#[derive(Queryable, Selectable)]
#[diesel(table_name = providers, check_for_backend(Pg))]
pub struct SealedCredentials {
    /// The sealed API key.
    pub api_key_encrypted: String,
    /// The other credentials, sealed.
    pub credentials_encrypted: Option<String>,
}

/// Returns the sealed credentials of a provider.
pub fn sealed_credentials(conn: &mut Conn, id: ProviderId) -> Result<SealedCredentials> {
    Ok(providers::table
        .find(id)
        .select(SealedCredentials::as_select())
        .first(conn)?)
}

/// What a webhook request is checked with.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = providers, check_for_backend(Pg))]
pub struct WebhookAddress {
    /// The integration.
    pub adapter: ProviderAdapter,
    /// The token in the address.
    pub webhook_token: String,
}

/// Returns the token of a provider's webhook address.
pub fn webhook_address(conn: &mut Conn, id: ProviderId) -> Result<WebhookAddress> {
    Ok(providers::table
        .find(id)
        .filter(providers::deleted_at.is_null())
        .select(WebhookAddress::as_select())
        .first(conn)?)
}

/// Returns until when webhooks that are signed with the previous key are accepted.
pub fn previous_until(conn: &mut Conn, id: ProviderId) -> Result<Option<DateTime<Utc>>> {
    Ok(providers::table
        .find(id)
        .select(providers::previous_until)
        .first(conn)?)
}

/// Returns the last balance of a provider.
pub fn balance(conn: &mut Conn, id: ProviderId) -> Result<Option<ProviderBalance>> {
    Ok(balances::table
        .find(id)
        .select(ProviderBalance::as_select())
        .first(conn)
        .optional()?)
}

/// Stores the balance of a provider.
pub fn set_balance(
    tx: &mut Tx<'_>,
    id: ProviderId,
    balance: &suppliers::Balance,
    low_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = (
        balances::amount.eq(&balance.amount),
        balances::currency.eq(balance.currency),
        balances::is_low.eq(low_since.is_some()),
        balances::low_since.eq(low_since),
        balances::read_at.eq(now),
    );
    diesel::insert_into(balances::table)
        .values((balances::provider_id.eq(id), row))
        .on_conflict(balances::provider_id)
        .do_update()
        .set(row)
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the active providers with any of these integrations.
pub fn active_with(conn: &mut Conn, adapters: &[ProviderAdapter]) -> Result<Vec<ProviderId>> {
    Ok(providers::table
        .filter(providers::adapter.eq_any(adapters))
        .filter(providers::is_active)
        .filter(providers::deleted_at.is_null())
        .order(providers::id)
        .select(providers::id)
        .load(conn)?)
}

/// Returns the active providers whose catalog is read by schedule, with the hours between two reads.
pub fn scheduled(conn: &mut Conn, adapters: &[ProviderAdapter]) -> Result<Vec<(ProviderId, i32)>> {
    Ok(providers::table
        .filter(providers::adapter.eq_any(adapters))
        .filter(providers::is_active)
        .filter(providers::deleted_at.is_null())
        .filter(providers::sync_interval_hours.is_not_null())
        .order(providers::id)
        .select((
            providers::id,
            providers::sync_interval_hours.assume_not_null(),
        ))
        .load(conn)?)
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
