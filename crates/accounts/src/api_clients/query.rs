//! All SQL of API clients and their keys.

use wire::{
    ApiClientId, ApiKeyId, JsonList, Page, Paging, Param, Permission, UserId,
    accounts::api_clients::{
        ApiClient, ApiClientFilter, ApiClientMode, ApiClientSort, ApiKey, CreatedApiClient,
    },
};

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{
    Actor, Conn, Error, Result, Tx, any_of,
    auth::NewApiKey,
    list::{named, search_fold},
    page,
};
use schema::{api_clients, api_keys};
use serde_json::{Value, json};
use std::collections::HashMap;

/// An API client as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_clients, check_for_backend(Pg))]
struct ClientRow {
    id: ApiClientId,
    name: String,
    mode: ApiClientMode,
    scopes: JsonList<String>,
    networks: JsonList<String>,
    created_by: Option<UserId>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

fn matching(filter: &ApiClientFilter) -> api_clients::BoxedQuery<'static, Pg> {
    let mut rows = api_clients::table.into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(api_clients::name).like(named(q)));
    }
    rows = any_of!(rows, api_clients::mode, filter.mode);
    match filter.is_revoked {
        Some(true) => rows = rows.filter(api_clients::revoked_at.is_not_null()),
        Some(false) => rows = rows.filter(api_clients::revoked_at.is_null()),
        None => {}
    }
    if let Some(user) = filter.created_by {
        rows = rows.filter(api_clients::created_by.eq(user));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(api_clients::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(api_clients::created_at.lt(to));
    }
    rows
}

/// Returns one page of API clients.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ApiClientFilter,
    paging: &Paging<ApiClientSort>,
) -> Result<Page<ApiClient>> {
    let page: Page<ClientRow> = page!(conn, paging, matching(filter) => ClientRow, tie api_clients::id, {
        ApiClientSort::CreatedAt => api_clients::created_at,
        ApiClientSort::Name => api_clients::name,
        ApiClientSort::LastUsedAt => nullable api_clients::last_used_at,
    })?;
    page.try_all(|rows| with_keys(conn, rows))
}

/// Returns an API client.
pub fn find(conn: &mut Conn, id: ApiClientId) -> Result<ApiClient> {
    let row = api_clients::table
        .find(id)
        .select(ClientRow::as_select())
        .first(conn)?;
    with_own_keys(conn, row)
}

/// Locks an API client until the end of the transaction, so that concurrent changes wait.
pub fn lock(tx: &mut Tx<'_>, id: ApiClientId) -> Result<ApiClient> {
    let row = api_clients::table
        .find(id)
        .for_no_key_update()
        .select(ClientRow::as_select())
        .first(tx.conn())?;
    with_own_keys(tx.conn(), row)
}

/// Returns the clients that a user has created and that can still call.
pub fn created_by(conn: &mut Conn, user: UserId) -> Result<Vec<CreatedApiClient>> {
    let now = diesel::dsl::now.into_sql::<Nullable<Timestamptz>>();
    let rows: Vec<(ApiClientId, String, ApiClientMode, Option<DateTime<Utc>>)> = api_clients::table
        .filter(api_clients::created_by.eq(user))
        .filter(api_clients::revoked_at.is_null())
        .filter(
            api_clients::expires_at
                .is_null()
                .or(api_clients::expires_at.gt(now)),
        )
        .order_by((api_clients::created_at, api_clients::id))
        .select((
            api_clients::id,
            api_clients::name,
            api_clients::mode,
            api_clients::last_used_at,
        ))
        .load(conn)?;
    let client = |(id, name, mode, last_used_at)| CreatedApiClient {
        id,
        name,
        mode,
        last_used_at,
    };
    Ok(rows.into_iter().map(client).collect())
}

fn with_own_keys(conn: &mut Conn, row: ClientRow) -> Result<ApiClient> {
    let mut clients = with_keys(conn, vec![row])?;
    clients.pop().ok_or_else(Error::not_found)
}

fn with_keys(conn: &mut Conn, rows: Vec<ClientRow>) -> Result<Vec<ApiClient>> {
    let ids: Vec<ApiClientId> = rows.iter().map(|row| row.id).collect();
    let mut keys = keys(conn, &ids)?;
    let clients = rows.into_iter().map(|row| ApiClient {
        scopes: known_scopes(&row.scopes),
        networks: row.networks.0,
        keys: keys.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        mode: row.mode,
        created_by: row.created_by,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    });
    Ok(clients.collect())
}

/// Returns the scopes that still exist. A removed permission grants nothing.
fn known_scopes(scopes: &JsonList<String>) -> Vec<Permission> {
    let names = scopes.0.iter();
    names.filter_map(|name| Param::parse(name).ok()).collect()
}

/// Returns the keys of API clients, the newest first.
fn keys(conn: &mut Conn, clients: &[ApiClientId]) -> Result<HashMap<ApiClientId, Vec<ApiKey>>> {
    type KeyRow = (
        ApiClientId,
        ApiKeyId,
        String,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
    );
    let rows: Vec<KeyRow> = api_keys::table
        .filter(api_keys::client_id.eq_any(clients))
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .select((
            api_keys::client_id,
            api_keys::id,
            api_keys::prefix,
            api_keys::created_at,
            api_keys::expires_at,
        ))
        .load(conn)?;
    let mut keys: HashMap<ApiClientId, Vec<ApiKey>> = HashMap::new();
    for (client, id, prefix, created_at, expires_at) in rows {
        keys.entry(client).or_default().push(ApiKey {
            id,
            prefix,
            created_at,
            expires_at,
        });
    }
    Ok(keys)
}

/// A new API client.
pub struct NewClientRow<'a> {
    pub id: ApiClientId,
    pub name: &'a str,
    pub mode: ApiClientMode,
    pub scopes: Vec<Permission>,
    pub networks: Vec<String>,
    pub created_by: Option<UserId>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Inserts an API client.
pub fn insert(tx: &mut Tx<'_>, new: &NewClientRow<'_>) -> Result<()> {
    diesel::insert_into(api_clients::table)
        .values((
            api_clients::id.eq(new.id),
            api_clients::name.eq(new.name),
            api_clients::mode.eq(new.mode),
            api_clients::scopes.eq(json!(new.scopes)),
            api_clients::networks.eq(json!(new.networks)),
            api_clients::created_by.eq(new.created_by),
            api_clients::expires_at.eq(new.expires_at),
            api_clients::created_at.eq(new.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Inserts a key: its prefix and digest. The key itself is not stored.
pub fn insert_key(
    tx: &mut Tx<'_>,
    client: ApiClientId,
    key: &NewApiKey,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(ApiKeyId::new()),
            api_keys::client_id.eq(client),
            api_keys::prefix.eq(&key.prefix),
            api_keys::key_hash.eq(&key.hash),
            api_keys::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A change of an API client. Absent fields stay unchanged.
pub struct ClientChange<'a> {
    pub name: Option<&'a str>,
    pub scopes: Option<Vec<Permission>>,
    pub networks: Option<Vec<String>>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

#[derive(AsChangeset)]
#[diesel(table_name = api_clients)]
struct ClientChangeset<'a> {
    name: Option<&'a str>,
    scopes: Option<Value>,
    networks: Option<Value>,
    expires_at: Option<Option<DateTime<Utc>>>,
}

/// Changes an API client at this version that is not revoked; returns false when there is none.
pub fn update(
    tx: &mut Tx<'_>,
    id: ApiClientId,
    version: i32,
    change: &ClientChange<'_>,
) -> Result<bool> {
    let changeset = ClientChangeset {
        name: change.name,
        scopes: change.scopes.as_ref().map(|scopes| json!(scopes)),
        networks: change.networks.as_ref().map(|networks| json!(networks)),
        expires_at: change.expires_at,
    };
    let current = api_clients::table
        .find(id)
        .filter(api_clients::version.eq(version))
        .filter(api_clients::revoked_at.is_null());
    let rows = diesel::update(current)
        .set((changeset, api_clients::version.eq(api_clients::version + 1)))
        .execute(tx.conn())?;
    Ok(rows == 1)
}

/// Sets the expiry of the keys of an API client that would expire later or never.
pub fn expire_keys(tx: &mut Tx<'_>, client: ApiClientId, expires_at: DateTime<Utc>) -> Result<()> {
    let later = api_keys::table
        .filter(api_keys::client_id.eq(client))
        .filter(
            api_keys::expires_at
                .is_null()
                .or(api_keys::expires_at.gt(expires_at)),
        );
    diesel::update(later)
        .set(api_keys::expires_at.eq(expires_at))
        .execute(tx.conn())?;
    Ok(())
}

/// Increments the version of an API client after a change of its keys.
pub fn increment_version(tx: &mut Tx<'_>, id: ApiClientId) -> Result<()> {
    diesel::update(api_clients::table.find(id))
        .set(api_clients::version.eq(api_clients::version + 1))
        .execute(tx.conn())?;
    Ok(())
}

/// Revokes an API client.
pub fn revoke(tx: &mut Tx<'_>, id: ApiClientId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(api_clients::table.find(id))
        .set((
            api_clients::revoked_at.eq(now),
            api_clients::version.eq(api_clients::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}
