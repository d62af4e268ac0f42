//! Integrators' programs, and the keys that they call with.

use crate::{
    AnyOf, ApiClientId, ApiKeyId, Check, FieldErrors, Permission, Reach, Resource, UserId,
    check::maybe,
};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// The most networks that one client may come from.
const MOST_NETWORKS: usize = 50;
/// The longest that an old key goes on beside the new one: a week.
pub const LONGEST_OVERLAP: i64 = 168;

text_enum! {
    /// Whether a client does business or tries things out.
    ApiClientMode: ApiClientMode, "api_client_mode" { Live = "live", Test = "test" }
}

text_enum! {
    /// Whether a client can call.
    ApiClientState: text { Active = "active", Expired = "expired", Revoked = "revoked" }
}

/// An integrator's program. What it may do, it does to the customers that it has created and to nobody else's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiClient {
    /// Which client.
    pub id: ApiClientId,
    /// What it is called.
    pub name: String,
    /// Whether it does business or tries things out. A test client orders only where nothing is really charged or
    /// bought.
    pub mode: ApiClientMode,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The networks that it may call from; none is anywhere.
    pub networks: Vec<String>,
    /// Its keys, the newest first. The keys themselves are kept nowhere.
    pub keys: Vec<ApiKey>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When its keys end, if they do.
    pub expires_at: Option<DateTime<Utc>>,
    /// When one of its keys was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it is locked out for good.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A client that can still call and whose creator was suspended or banned: the creator has seen its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CreatedClient {
    /// Which client.
    pub id: ApiClientId,
    /// What it is called.
    pub name: String,
    /// Whether it does business or tries things out.
    pub mode: ApiClientMode,
    /// When one of its keys was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key of a client, without the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Which key.
    pub id: ApiKeyId,
    /// How it begins, to tell keys apart.
    #[cfg_attr(feature = "server", schema(example = "esk_live_Ab3x"))]
    pub prefix: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends because a newer one has taken over.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A client together with its new key, which is shown this once. It does not print.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IssuedKey {
    /// The client.
    #[serde(flatten)]
    pub client: ApiClient,
    /// Send it as `Authorization: Bearer esk_...`. Keep it now: nobody can show it again.
    #[cfg_attr(feature = "server", schema(example = "esk_test_..."))]
    pub key: String,
}

/// A client to be created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewApiClient {
    /// What it is called.
    #[cfg_attr(feature = "server", schema(example = "Travel shop"))]
    pub name: String,
    /// Whether it does business or tries things out; this stays.
    pub mode: ApiClientMode,
    /// What it may do: permissions that the table gives to integrators.
    #[cfg_attr(feature = "server", schema(example = json!(["users:create", "plans:read", "orders:read", "orders:write"])))]
    pub scopes: Vec<Permission>,
    /// The networks that it may call from, as CIDR blocks or single addresses; none is anywhere.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = json!(["203.0.113.0/24", "2001:db8::/32"])))]
    pub networks: Vec<String>,
    /// When its keys end; never, when not said.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A change of a client; what is absent stays. It holds from the next request on.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditApiClient {
    /// What it is called.
    #[serde(default, deserialize_with = "maybe::value")]
    pub name: Option<String>,
    /// What it may do.
    #[serde(default, deserialize_with = "maybe::value")]
    pub scopes: Option<Vec<Permission>>,
    /// The networks that it may call from; none is anywhere.
    #[serde(default, deserialize_with = "maybe::value")]
    pub networks: Option<Vec<String>>,
    /// When its keys end; null is never.
    #[serde(default, deserialize_with = "maybe::given")]
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

/// A new key in place of the old ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RotateKey {
    /// How many hours the old keys go on, from 0 to 168; 0 ends them at once.
    #[cfg_attr(feature = "server", schema(example = 24))]
    pub overlap_hours: i64,
}

/// Locks a client out for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RevokeClient {
    /// Why, for the record.
    #[cfg_attr(feature = "server", schema(example = "The contract has ended."))]
    pub reason: String,
}

filter! {
    /// What the list of clients can be narrowed by.
    ApiClientFilter {
        /// Part of the name.
        q: String,
        /// Any of these modes.
        mode: AnyOf<ApiClientMode>,
        /// Locked out or not.
        is_revoked: bool,
        /// Created by this person.
        created_by: UserId,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of clients can be ordered by. */ ApiClientSort { CreatedAt = "created_at" desc, Name = "name", LastUsedAt = "last_used_at" });

impl ApiClient {
    /// Whether it can call at this time.
    pub fn state(&self, now: DateTime<Utc>) -> ApiClientState {
        if self.revoked_at.is_some() {
            ApiClientState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            ApiClientState::Expired
        } else {
            ApiClientState::Active
        }
    }
}

/// What a client may be given, in the order of the table.
pub fn grantable() -> impl Iterator<Item = Permission> {
    let known = Permission::ALL.iter().copied();
    known.filter(|permission| permission.reach_of_clients() != Reach::None)
}

/// Reads a network: a block such as `203.0.113.0/24`, or one address.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let net: IpNet = match text.parse::<std::net::IpAddr>() {
        Ok(address) => address.into(),
        Err(_) => text
            .parse()
            .map_err(|_| "is no network, such as 203.0.113.0/24 or 2001:db8::/32".to_owned())?,
    };
    if net.addr() != net.network() {
        let block = net.trunc();
        return Err(format!(
            "lies within its block: write {block}, or the address alone"
        ));
    }
    match net {
        IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() => {
            Err("is IPv4 in the clothes of IPv6: write it as IPv4".to_owned())
        }
        _ => Ok(net),
    }
}

fn scopes(bad: &mut FieldErrors, scopes: &[Permission]) {
    if scopes.is_empty() {
        bad.add("scopes", "required", "Choose at least one.");
    }
    for scope in scopes {
        if scope.reach_of_clients() == Reach::None {
            let message = format!("`{scope}` is not for integrators.");
            bad.add("scopes", "not_for_clients", message);
        }
    }
}

fn networks(bad: &mut FieldErrors, networks: &[String]) {
    if networks.len() > MOST_NETWORKS {
        bad.add(
            "networks",
            "too_many",
            format!("Name {MOST_NETWORKS} networks at most."),
        );
    }
    for text in networks.iter().take(MOST_NETWORKS) {
        if let Err(why) = network(text) {
            let shown: String = text.chars().take(60).collect();
            bad.add("networks", "network", format!("`{shown}` {why}."));
        }
    }
}

impl Check for NewApiClient {
    fn check(&self, bad: &mut FieldErrors) {
        bad.name("name", &self.name, 100);
        scopes(bad, &self.scopes);
        networks(bad, &self.networks);
    }
}
impl Check for EditApiClient {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.name("name", name, 100);
        }
        if let Some(chosen) = &self.scopes {
            scopes(bad, chosen);
        }
        if let Some(named) = &self.networks {
            networks(bad, named);
        }
    }
}
impl Check for RotateKey {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("overlap_hours", self.overlap_hours, 0, LONGEST_OVERLAP);
    }
}
impl Check for RevokeClient {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}

impl Resource for ApiClient {
    const PATH: &'static str = "/v1/api-clients";
    const ONE: &'static str = "API client";
    const MANY: &'static str = "API clients";
    type Id = ApiClientId;
    type Filter = ApiClientFilter;
    type Sort = ApiClientSort;
    fn id(&self) -> ApiClientId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.name.clone()
    }
}
impl Resource for IssuedKey {
    const PATH: &'static str = ApiClient::PATH;
    const ONE: &'static str = ApiClient::ONE;
    const MANY: &'static str = ApiClient::MANY;
    type Id = ApiClientId;
    type Filter = ApiClientFilter;
    type Sort = ApiClientSort;
    fn id(&self) -> ApiClientId {
        self.client.id
    }
    fn version(&self) -> i32 {
        self.client.version
    }
    fn label(&self) -> String {
        self.client.label()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_block_or_one_address() {
        for (text, shown) in [
            ("203.0.113.0/24", "203.0.113.0/24"),
            (" 203.0.113.9 ", "203.0.113.9/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:DB8::1", "2001:db8::1/128"),
            ("::/0", "::/0"),
        ] {
            let read = network(text).map(|net| net.to_string());
            assert_eq!(read, Ok(shown.to_owned()), "{text}");
        }
        for text in [
            "",
            "office",
            "203.0.113.0/33",
            "203.0.113.0/-1",
            "203.0.113/24",
            "203.0.113.9/24",
            "2001:db8::1/32",
            "2001:db8::/129",
            "::ffff:203.0.113.0/120",
            "203.0.113.0/24, 198.51.100.0/24",
        ] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_what_the_table_gives_to_integrators_is_granted() {
        let given: Vec<Permission> = grantable().collect();
        assert!(given.contains(&Permission::OrdersWrite));
        assert!(!given.contains(&Permission::ApiClientsWrite));
        let new = NewApiClient {
            name: "Shop".into(),
            mode: ApiClientMode::Test,
            scopes: vec![Permission::OrdersRead, Permission::AuditRead],
            networks: Vec::new(),
            expires_at: None,
        };
        let faults = new.faults();
        assert_eq!(faults.len(), 1);
        assert!(
            faults
                .iter()
                .all(|fault| fault.field == "scopes" && fault.message.contains("audit:read"))
        );
    }
}
