//! API keys, with which the programs of integrators authenticate. Only a digest of a key is stored. The digest is checked in
//! the transaction of the work, so that a revoked key is refused from the next request on.

use super::{Actor, Client, RequestInfo};
use crate::{
    crypto,
    ctx::Ctx,
    db::Conn,
    error::{Error, Result},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use rand::distr::{Alphanumeric, SampleString};
use schema::{api_clients, api_keys};
use std::net::IpAddr;
use wire::{
    ApiClientId, JsonList, Param, Permission, ProblemCode, Reach,
    accounts::api_clients::{ApiClientMode, network},
};
use zeroize::Zeroizing;

/// The prefix of every key; no access token has it.
pub(super) const PREFIX: &str = "esk_";
/// The number of random letters and digits of a key: 62 to the power of 43 is more than 256 bits.
const LENGTH: usize = 43;
/// The number of characters of a key that are stored in plain text to distinguish keys: the mode and four characters.
const VISIBLE: usize = 13;
/// The precision with which the last use of a client is recorded.
const LAST_USED_PRECISION: TimeDelta = TimeDelta::minutes(1);

/// A new key and what is stored of it.
pub struct NewApiKey {
    /// The key, which is shown once.
    pub key: Zeroizing<String>,
    /// The first characters.
    pub prefix: String,
    /// The digest of the key.
    pub hash: Vec<u8>,
}

/// Generates a key.
pub fn generate_api_key(mode: ApiClientMode) -> NewApiKey {
    let random = Zeroizing::new(Alphanumeric.sample_string(&mut rand::rng(), LENGTH));
    let key = Zeroizing::new(format!("{PREFIX}{mode}_{}", *random));
    NewApiKey {
        prefix: key.chars().take(VISIBLE).collect(),
        hash: crypto::digest(key.as_bytes()),
        key,
    }
}

/// A key and its client, as the database has them.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_clients, check_for_backend(diesel::pg::Pg))]
struct KeyRow {
    id: ApiClientId,
    mode: ApiClientMode,
    scopes: JsonList<String>,
    networks: JsonList<String>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    #[diesel(select_expression = api_keys::expires_at)]
    key_expires_at: Option<DateTime<Utc>>,
}

impl KeyRow {
    fn is_active(&self, now: DateTime<Utc>) -> bool {
        let ended = |end: Option<DateTime<Utc>>| end.is_some_and(|end| end <= now);
        self.revoked_at.is_none() && !ended(self.expires_at) && !ended(self.key_expires_at)
    }
    /// Returns whether the client may call from an address. An empty list allows every address; a list that is not empty
    /// refuses a request without a known address.
    fn allows_address(&self, ip: Option<&str>) -> bool {
        let mut networks = self.networks.0.iter();
        let from = ip.and_then(|ip| ip.parse::<IpAddr>().ok());
        networks.len() == 0
            || from.is_some_and(|from| {
                networks.any(|text| network(text).is_ok_and(|net| net.contains(&from)))
            })
    }
    fn client(&self) -> Client {
        let scopes = self.scopes.0.iter();
        Client {
            id: self.id,
            mode: self.mode,
            scopes: scopes
                .filter_map(|scope| Param::parse(scope).ok())
                .collect(),
        }
    }
}

/// Checks a key by its digest, and that its scopes include the permission.
pub(super) fn confirm(
    conn: &mut Conn,
    ctx: &Ctx,
    hash: &[u8],
    request: &RequestInfo,
    permission: Permission,
) -> Result<Actor> {
    let now = ctx.clock.now();
    let found = api_keys::table
        .inner_join(api_clients::table)
        .filter(api_keys::key_hash.eq(hash))
        .select(KeyRow::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = found.filter(|row| row.is_active(now)) else {
        ctx.limits.forget(hash);
        return Err(Error::with_detail(
            ProblemCode::Unauthenticated,
            "The API key is not valid, has expired or was revoked.",
        ));
    };
    if !row.allows_address(request.ip.as_deref()) {
        tracing::warn!(client = %row.id, "a key of client {} was used from outside its networks", row.id);
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "This key cannot be used from your network.",
        ));
    }
    ctx.limits.remember(hash, row.id);
    let client = row.client();
    let reach = client.reach(permission);
    if reach == Reach::None {
        return Err(Error::OutOfScope(permission));
    }
    record_use(conn, &row, now)?;
    Ok(Actor {
        id: None,
        client: Some(client),
        role: None,
        session: None,
        reach,
        is_confirmed: false,
        request: request.clone(),
        keys: ctx.keys.clone(),
    })
}

/// Records the use of a client, unless a use was recorded within [`LAST_USED_PRECISION`].
fn record_use(conn: &mut Conn, row: &KeyRow, now: DateTime<Utc>) -> Result<()> {
    let long_ago = now - LAST_USED_PRECISION;
    if row.last_used_at.is_some_and(|at| at > long_ago) {
        return Ok(());
    }
    let stale = api_clients::table.find(row.id).filter(
        api_clients::last_used_at
            .is_null()
            .or(api_clients::last_used_at.le(long_ago)),
    );
    diesel::update(stale)
        .set(api_clients::last_used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(networks: &[&str]) -> KeyRow {
        KeyRow {
            id: ApiClientId::new(),
            mode: ApiClientMode::Test,
            scopes: JsonList(vec!["orders:read".into(), "orders:forgotten".into()]),
            networks: JsonList(networks.iter().map(|net| (*net).to_owned()).collect()),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            key_expires_at: None,
        }
    }

    #[test]
    fn generated_keys_are_long_and_unique() {
        let (one, other) = (
            generate_api_key(ApiClientMode::Live),
            generate_api_key(ApiClientMode::Live),
        );
        assert!(one.key.starts_with("esk_live_") && one.key.len() == 9 + LENGTH);
        assert!(
            generate_api_key(ApiClientMode::Test)
                .key
                .starts_with("esk_test_")
        );
        assert_ne!(*one.key, *other.key);
        assert!(one.key.starts_with(&one.prefix) && one.prefix.len() == VISIBLE);
        assert_eq!(one.hash, crypto::digest(one.key.as_bytes()));
    }

    #[test]
    fn client_calls_from_its_networks_only() {
        for (networks, ip, may) in [
            (&[][..], None, true),
            (&[], Some("198.51.100.7"), true),
            (&["203.0.113.0/24"], Some("203.0.113.255"), true),
            (&["203.0.113.0/24"], Some("203.0.114.0"), false),
            (&["203.0.113.0/24"], None, false),
            (&["203.0.113.0/24"], Some("nonsense"), false),
            (&["203.0.113.0/24"], Some("2001:db8::1"), false),
            (
                &["203.0.113.0/24", "2001:db8::/32"],
                Some("2001:db8:ffff::1"),
                true,
            ),
            (&["2001:db8::/32"], Some("2001:db9::1"), false),
            (&["nonsense"], Some("203.0.113.1"), false),
        ] {
            assert_eq!(
                known(networks).allows_address(ip),
                may,
                "{networks:?} {ip:?}"
            );
        }
    }

    #[test]
    fn key_ends_when_key_or_client_ends() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let (past, future) = (Some(now), Some(now + TimeDelta::seconds(1)));
        let with = |key: Option<DateTime<Utc>>, client, revoked| KeyRow {
            key_expires_at: key,
            expires_at: client,
            revoked_at: revoked,
            ..known(&[])
        };
        assert!(with(None, None, None).is_active(now));
        assert!(with(future, future, None).is_active(now));
        assert!(!with(past, future, None).is_active(now));
        assert!(!with(future, past, None).is_active(now));
        assert!(!with(None, None, past).is_active(now));
    }

    #[test]
    fn unknown_scope_is_ignored() {
        let client = known(&[]).client();
        assert_eq!(client.scopes, [Permission::OrdersRead]);
        assert_eq!(client.reach(Permission::OrdersRead), Reach::Own);
        assert_eq!(client.reach(Permission::OrdersWrite), Reach::None);
    }
}
