//! API keys: what integrators' programs sign their requests with. Only a digest of a key is kept; it is confirmed
//! in the same breath as the work itself, so that what is revoked is refused from the next request on.

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

/// How every key begins; nothing else that is sent as a bearer does.
pub(super) const MARK: &str = "esk_";
/// Letters and digits of a key: 62 to the power of 43 is more than 256 bits.
const LENGTH: usize = 43;
/// How much of a key is kept in plain, to tell keys apart: its kind, and four letters.
const PREFIX: usize = 13;
/// How exactly it is known when a client was last heard of.
const HEARD: TimeDelta = TimeDelta::minutes(1);

/// A new key, and what is kept of it.
pub struct Minted {
    /// The key, to be shown once.
    pub key: Zeroizing<String>,
    /// How it begins.
    pub prefix: String,
    /// What it is recognised by.
    pub hash: Vec<u8>,
}

/// Makes a key.
pub fn mint(mode: ApiClientMode) -> Minted {
    let random = Zeroizing::new(Alphanumeric.sample_string(&mut rand::rng(), LENGTH));
    let key = Zeroizing::new(format!("{MARK}{mode}_{}", *random));
    Minted {
        prefix: key.chars().take(PREFIX).collect(),
        hash: crypto::digest(key.as_bytes()),
        key,
    }
}

/// What is known of a key and of its client.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_clients, check_for_backend(diesel::pg::Pg))]
struct Known {
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

impl Known {
    fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        let ended = |end: Option<DateTime<Utc>>| end.is_some_and(|end| end <= now);
        self.revoked_at.is_none() && !ended(self.expires_at) && !ended(self.key_expires_at)
    }
    /// An empty list is anywhere; an address that nobody knows is nowhere.
    fn may_come_from(&self, ip: Option<&str>) -> bool {
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
            scopes: scopes.filter_map(|word| Param::parse(word).ok()).collect(),
        }
    }
}

/// Confirms a key by its digest, and that it opens this.
pub(super) fn confirm(
    conn: &mut Conn,
    ctx: &Ctx,
    (hash, request): (&[u8], &RequestInfo),
    permission: Permission,
) -> Result<Actor> {
    let now = ctx.clock.now();
    let found = api_keys::table
        .inner_join(api_clients::table)
        .filter(api_keys::key_hash.eq(hash))
        .select(Known::as_select())
        .first(conn)
        .optional()?;
    let Some(known) = found.filter(|known| known.is_in_force(now)) else {
        ctx.limits.forget(hash);
        return Err(Error::because(
            ProblemCode::Unauthenticated,
            "The API key is not valid or has ended.",
        ));
    };
    if !known.may_come_from(request.ip.as_deref()) {
        tracing::warn!(client = %known.id, "a key of client {} was shown from outside its networks", known.id);
        return Err(Error::because(
            ProblemCode::Forbidden,
            "This key does not open anything from your network.",
        ));
    }
    ctx.limits.remember(hash, known.id);
    let client = known.client();
    let reach = client.reach(permission);
    if reach == Reach::None {
        return Err(Error::OutOfScope(permission));
    }
    heard_of(conn, &known, now)?;
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

/// Notes that a client was heard of, unless that was noted within the last minute.
fn heard_of(conn: &mut Conn, known: &Known, now: DateTime<Utc>) -> Result<()> {
    let long_ago = now - HEARD;
    if known.last_used_at.is_some_and(|at| at > long_ago) {
        return Ok(());
    }
    let silent = api_clients::table.find(known.id).filter(
        api_clients::last_used_at
            .is_null()
            .or(api_clients::last_used_at.le(long_ago)),
    );
    diesel::update(silent)
        .set(api_clients::last_used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(networks: &[&str]) -> Known {
        Known {
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
    fn keys_are_long_and_never_the_same() {
        let (one, other) = (mint(ApiClientMode::Live), mint(ApiClientMode::Live));
        assert!(one.key.starts_with("esk_live_") && one.key.len() == 9 + LENGTH);
        assert!(mint(ApiClientMode::Test).key.starts_with("esk_test_"));
        assert_ne!(*one.key, *other.key);
        assert!(one.key.starts_with(&one.prefix) && one.prefix.len() == PREFIX);
        assert_eq!(one.hash, crypto::digest(one.key.as_bytes()));
    }

    #[test]
    fn a_client_calls_from_its_networks_only() {
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
                known(networks).may_come_from(ip),
                may,
                "{networks:?} {ip:?}"
            );
        }
    }

    #[test]
    fn whatever_ends_first_ends_it() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let (past, future) = (Some(now), Some(now + TimeDelta::seconds(1)));
        let with = |key: Option<DateTime<Utc>>, client, revoked| Known {
            key_expires_at: key,
            expires_at: client,
            revoked_at: revoked,
            ..known(&[])
        };
        assert!(with(None, None, None).is_in_force(now));
        assert!(with(future, future, None).is_in_force(now));
        assert!(!with(past, future, None).is_in_force(now));
        assert!(!with(future, past, None).is_in_force(now));
        assert!(!with(None, None, past).is_in_force(now));
    }

    #[test]
    fn a_scope_that_is_no_more_opens_nothing() {
        let client = known(&[]).client();
        assert_eq!(client.scopes, [Permission::OrdersRead]);
        assert_eq!(client.reach(Permission::OrdersRead), Reach::Own);
        assert_eq!(client.reach(Permission::OrdersWrite), Reach::None);
    }
}
