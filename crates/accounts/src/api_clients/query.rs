//! All SQL of integrators' programs.

use wire::{
    ApiClientId, ApiKeyId, JsonList, Page, Paging, Param, Permission, UserId,
    accounts::api_clients::{
        ApiClient, ApiClientFilter, ApiClientMode, ApiClientSort, ApiKey, CreatedClient,
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
    auth::Minted,
    list::{named, search_fold},
    page,
};
use schema::{api_clients, api_keys};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A client as it is kept.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_clients, check_for_backend(Pg))]
struct Row {
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

/// One page of the clients.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ApiClientFilter,
    paging: &Paging<ApiClientSort>,
) -> Result<Page<ApiClient>> {
    let page: Page<Row> = page!(conn, paging, matching(filter) => Row, tie api_clients::id, {
        ApiClientSort::CreatedAt => api_clients::created_at,
        ApiClientSort::Name => api_clients::name,
        ApiClientSort::LastUsedAt => nullable api_clients::last_used_at,
    })?;
    page.try_all(|rows| with_keys(conn, rows))
}

/// A client.
pub fn find(conn: &mut Conn, id: ApiClientId) -> Result<ApiClient> {
    let row = api_clients::table
        .find(id)
        .select(Row::as_select())
        .first(conn)?;
    one(conn, row)
}

/// A client, held until the end of the transaction, so that two changes of it do not cross.
pub fn hold(tx: &mut Tx<'_>, id: ApiClientId) -> Result<ApiClient> {
    let row = api_clients::table
        .find(id)
        .for_no_key_update()
        .select(Row::as_select())
        .first(tx.conn())?;
    one(tx.conn(), row)
}

/// Returns the clients that a user has created and that can still call.
pub fn created_by(conn: &mut Conn, user: UserId) -> Result<Vec<CreatedClient>> {
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
    let client = |(id, name, mode, last_used_at)| CreatedClient {
        id,
        name,
        mode,
        last_used_at,
    };
    Ok(rows.into_iter().map(client).collect())
}

fn one(conn: &mut Conn, row: Row) -> Result<ApiClient> {
    let mut clients = with_keys(conn, vec![row])?;
    clients.pop().ok_or_else(Error::not_found)
}

fn with_keys(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<ApiClient>> {
    let ids: Vec<ApiClientId> = rows.iter().map(|row| row.id).collect();
    let mut keys = keys(conn, &ids)?;
    let shown = rows.into_iter().map(|row| ApiClient {
        scopes: known(&row.scopes),
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
    Ok(shown.collect())
}

/// A permission that is no more opens nothing.
fn known(scopes: &JsonList<String>) -> Vec<Permission> {
    let words = scopes.0.iter();
    words.filter_map(|word| Param::parse(word).ok()).collect()
}

/// The keys of clients, the newest first.
fn keys(conn: &mut Conn, of: &[ApiClientId]) -> Result<HashMap<ApiClientId, Vec<ApiKey>>> {
    type Known = (
        ApiClientId,
        ApiKeyId,
        String,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
    );
    let rows: Vec<Known> = api_keys::table
        .filter(api_keys::client_id.eq_any(of))
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

/// A new client.
pub struct Fresh<'a> {
    pub id: ApiClientId,
    pub name: &'a str,
    pub mode: ApiClientMode,
    pub scopes: Vec<Permission>,
    pub networks: Vec<String>,
    pub created_by: Option<UserId>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Adds a client.
pub fn insert(tx: &mut Tx<'_>, fresh: &Fresh<'_>) -> Result<()> {
    diesel::insert_into(api_clients::table)
        .values((
            api_clients::id.eq(fresh.id),
            api_clients::name.eq(fresh.name),
            api_clients::mode.eq(fresh.mode),
            api_clients::scopes.eq(json!(fresh.scopes)),
            api_clients::networks.eq(json!(fresh.networks)),
            api_clients::created_by.eq(fresh.created_by),
            api_clients::expires_at.eq(fresh.expires_at),
            api_clients::created_at.eq(fresh.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Adds a key, which only its digest is kept of.
pub fn insert_key(
    tx: &mut Tx<'_>,
    client: ApiClientId,
    minted: &Minted,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(ApiKeyId::new()),
            api_keys::client_id.eq(client),
            api_keys::prefix.eq(&minted.prefix),
            api_keys::key_hash.eq(&minted.hash),
            api_keys::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// What is changed; what is absent stays.
pub struct Edit<'a> {
    pub name: Option<&'a str>,
    pub scopes: Option<Vec<Permission>>,
    pub networks: Option<Vec<String>>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

#[derive(AsChangeset)]
#[diesel(table_name = api_clients)]
struct Changed<'a> {
    name: Option<&'a str>,
    scopes: Option<Value>,
    networks: Option<Value>,
    expires_at: Option<Option<DateTime<Utc>>>,
}

/// Changes a client that is still as it was read and not revoked; whether it was.
pub fn update(tx: &mut Tx<'_>, id: ApiClientId, version: i32, edit: &Edit<'_>) -> Result<bool> {
    let changed = Changed {
        name: edit.name,
        scopes: edit.scopes.as_ref().map(|scopes| json!(scopes)),
        networks: edit.networks.as_ref().map(|networks| json!(networks)),
        expires_at: edit.expires_at,
    };
    let living = api_clients::table
        .find(id)
        .filter(api_clients::version.eq(version))
        .filter(api_clients::revoked_at.is_null());
    let rows = diesel::update(living)
        .set((changed, api_clients::version.eq(api_clients::version + 1)))
        .execute(tx.conn())?;
    Ok(rows == 1)
}

/// Lets the keys of a client end then, those that have not ended before.
pub fn end_keys(tx: &mut Tx<'_>, client: ApiClientId, end: DateTime<Utc>) -> Result<()> {
    let going_on = api_keys::table
        .filter(api_keys::client_id.eq(client))
        .filter(
            api_keys::expires_at
                .is_null()
                .or(api_keys::expires_at.gt(end)),
        );
    diesel::update(going_on)
        .set(api_keys::expires_at.eq(end))
        .execute(tx.conn())?;
    Ok(())
}

/// A client has become another by what belongs to it.
pub fn raise(tx: &mut Tx<'_>, id: ApiClientId) -> Result<()> {
    diesel::update(api_clients::table.find(id))
        .set(api_clients::version.eq(api_clients::version + 1))
        .execute(tx.conn())?;
    Ok(())
}

/// Locks a client out.
pub fn revoke(tx: &mut Tx<'_>, id: ApiClientId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(api_clients::table.find(id))
        .set((
            api_clients::revoked_at.eq(now),
            api_clients::version.eq(api_clients::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}
