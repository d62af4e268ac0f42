//! All SQL of Twilio accounts.

use chrono::{DateTime, Utc};
use diesel::{insert_into, pg::Pg, prelude::*, update};
use platform::{Actor, Conn, Result, Tx, page};
use schema::{data_providers, twilio_config as configs};
use wire::{
    Page, Paging, ProviderId, TwilioConfigId,
    integrations::{
        providers::ProviderAdapter,
        twilio::{TwilioAuthMode, TwilioConfig, TwilioConfigFilter, TwilioConfigSort},
    },
};

/// Returns one page of the accounts.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &TwilioConfigFilter,
    paging: &Paging<TwilioConfigSort>,
) -> Result<Page<TwilioConfig>> {
    page!(conn, paging, matching(filter) => TwilioConfig, tie configs::id, {
        TwilioConfigSort::CreatedAt => configs::created_at,
    })
}

fn matching(filter: &TwilioConfigFilter) -> configs::BoxedQuery<'_, Pg> {
    let mut rows = configs::table
        .filter(configs::deleted_at.is_null())
        .into_boxed();
    if let Some(is_active) = filter.is_active {
        rows = rows.filter(configs::is_active.eq(is_active));
    }
    if let Some(q) = &filter.q {
        rows = rows.filter(configs::account_sid.like(platform::list::begins(q)));
    }
    rows
}

/// Returns an account.
pub fn find(conn: &mut Conn, id: TwilioConfigId) -> Result<TwilioConfig> {
    Ok(configs::table
        .find(id)
        .filter(configs::deleted_at.is_null())
        .select(TwilioConfig::as_select())
        .first(conn)?)
}

/// Returns an account, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: TwilioConfigId) -> Result<TwilioConfig> {
    Ok(configs::table
        .find(id)
        .filter(configs::deleted_at.is_null())
        .select(TwilioConfig::as_select())
        .for_update()
        .first(tx.conn())?)
}

/// A row to insert.
#[derive(Insertable)]
#[diesel(table_name = configs)]
pub struct Row<'a> {
    /// The id.
    pub id: TwilioConfigId,
    /// The account SID.
    pub account_sid: &'a str,
    /// The SID of the API key, or the client id.
    pub api_key: Option<&'a str>,
    /// The URL of webhooks, if it differs from that of this server.
    pub webhook_url: Option<&'a str>,
    /// The base URL of the API.
    pub api_base_url: &'a str,
    /// The authentication method.
    pub auth_mode: TwilioAuthMode,
    /// A new account is not active.
    pub is_active: bool,
    /// The secrets.
    #[diesel(embed)]
    pub secrets: Secrets,
}

/// Sealed secrets and their last characters; `None` keeps a column, `Some(None)` empties it.
#[derive(Default, Insertable, AsChangeset)]
#[diesel(table_name = configs)]
pub struct Secrets {
    /// The sealed auth token.
    pub auth_token_encrypted: Option<Option<String>>,
    /// Its last characters.
    pub auth_token_last4: Option<Option<String>>,
    /// The sealed secret of the API key.
    pub api_secret_encrypted: Option<Option<String>>,
    /// Its last characters.
    pub api_secret_last4: Option<Option<String>>,
    /// The sealed secret of webhooks.
    pub webhook_secret_encrypted: Option<Option<String>>,
    /// Its last characters.
    pub webhook_secret_last4: Option<Option<String>>,
    /// The previous auth token, sealed again for its column.
    pub previous_auth_token_encrypted: Option<Option<String>>,
    /// The previous secret of webhooks, sealed again for its column.
    pub previous_webhook_secret_encrypted: Option<Option<String>>,
    /// Until when the previous secrets are accepted.
    pub previous_until: Option<Option<DateTime<Utc>>>,
}

/// Adds an account.
pub fn insert(tx: &mut Tx<'_>, row: Row<'_>) -> Result<TwilioConfig> {
    Ok(insert_into(configs::table)
        .values(row)
        .returning(TwilioConfig::as_returning())
        .get_result(tx.conn())?)
}

/// The changed columns; a column that is `None` keeps its value.
#[derive(AsChangeset)]
#[diesel(table_name = configs)]
pub struct Changes<'a> {
    /// The SID of the API key, or the client id.
    pub api_key: Option<Option<&'a str>>,
    /// The URL of webhooks.
    pub webhook_url: Option<Option<&'a str>>,
    /// The base URL of the API.
    pub api_base_url: Option<&'a str>,
    /// The authentication method.
    pub auth_mode: Option<TwilioAuthMode>,
}

/// Changes a locked account.
pub fn update_config(
    tx: &mut Tx<'_>,
    id: TwilioConfigId,
    changes: &Changes<'_>,
    secrets: &Secrets,
) -> Result<TwilioConfig> {
    Ok(update(configs::table.find(id))
        .set((changes, secrets, configs::version.eq(configs::version + 1)))
        .returning(TwilioConfig::as_returning())
        .get_result(tx.conn())?)
}

/// The sealed secrets that sign webhooks.
#[derive(Queryable, Selectable)]
#[diesel(table_name = configs, check_for_backend(Pg))]
pub struct SigningSecrets {
    /// The auth token.
    pub auth_token_encrypted: Option<String>,
    /// The secret of webhooks.
    pub webhook_secret_encrypted: Option<String>,
}

/// Returns the sealed secrets that sign webhooks.
pub fn signing_secrets(conn: &mut Conn, id: TwilioConfigId) -> Result<SigningSecrets> {
    Ok(configs::table
        .find(id)
        .select(SigningSecrets::as_select())
        .first(conn)?)
}

/// Deactivates the active account. Returns its id.
pub fn deactivate(tx: &mut Tx<'_>) -> Result<Option<TwilioConfigId>> {
    let active = configs::table
        .filter(configs::is_active)
        .filter(configs::deleted_at.is_null());
    Ok(update(active)
        .set((
            configs::is_active.eq(false),
            configs::version.eq(configs::version + 1),
        ))
        .returning(configs::id)
        .get_result(tx.conn())
        .optional()?)
}

/// Activates a locked account.
pub fn activate(tx: &mut Tx<'_>, id: TwilioConfigId) -> Result<TwilioConfig> {
    Ok(update(configs::table.find(id))
        .set((
            configs::is_active.eq(true),
            configs::version.eq(configs::version + 1),
        ))
        .returning(TwilioConfig::as_returning())
        .get_result(tx.conn())?)
}

/// Marks a locked account as deleted.
pub fn remove(tx: &mut Tx<'_>, id: TwilioConfigId, now: DateTime<Utc>) -> Result<()> {
    update(configs::table.find(id))
        .set((
            configs::deleted_at.eq(now),
            configs::version.eq(configs::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores when the eSIMs of an account were read.
pub fn mark_synced(tx: &mut Tx<'_>, id: TwilioConfigId, now: DateTime<Utc>) -> Result<()> {
    update(configs::table.find(id))
        .set(configs::last_sync_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the provider that orders with the active account: the first one with the integration.
pub fn super_sim_provider(conn: &mut Conn) -> Result<Option<ProviderId>> {
    Ok(data_providers::table
        .filter(data_providers::adapter.eq(ProviderAdapter::SuperSim))
        .filter(data_providers::deleted_at.is_null())
        .order((
            data_providers::is_active.desc(),
            data_providers::priority,
            data_providers::id,
        ))
        .select(data_providers::id)
        .first(conn)
        .optional()?)
}

/// Returns whether an account with this SID exists.
pub fn has_account(conn: &mut Conn, account_sid: &str) -> Result<bool> {
    let known = configs::table
        .filter(configs::account_sid.eq(account_sid))
        .filter(configs::deleted_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}
