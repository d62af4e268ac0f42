//! API clients, the programs of integrators, and their keys.

use crate::{
    AnyOf, ApiClientId, ApiKeyId, Check, FieldErrors, Permission, Reach, Resource, UserId,
    check::edit_field,
};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// Maximum number of networks of one API client.
const MAX_NETWORKS: usize = 50;
/// Maximum number of hours that an old key stays valid after a rotation: one week.
pub const MAX_OVERLAP_HOURS: i64 = 168;

text_enum! {
    /// Whether an API client is for production or for tests.
    ApiClientMode: ApiClientMode, "api_client_mode" { Live = "live", Test = "test" }
}

text_enum! {
    /// Whether an API client can make requests.
    ApiClientState: text { Active = "active", Expired = "expired", Revoked = "revoked" }
}

/// The program of an integrator. Its permissions cover only the customers that it has created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiClient {
    /// ID of the API client.
    pub id: ApiClientId,
    /// Name of the API client.
    pub name: String,
    /// Whether the API client is for production or for tests. A test client can place orders only where payments and
    /// providers are simulated.
    pub mode: ApiClientMode,
    /// Permissions of the API client.
    pub scopes: Vec<Permission>,
    /// Networks from which the API client may make requests; empty for any.
    pub networks: Vec<String>,
    /// Keys of the API client, the newest first. The secret part of a key is not stored.
    pub keys: Vec<ApiKey>,
    /// The user who created the API client.
    pub created_by: Option<UserId>,
    /// When the keys expire; null when they do not.
    pub expires_at: Option<DateTime<Utc>>,
    /// When a key was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When the API client was permanently revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Version of the API client, as sent in the `ETag`.
    pub version: i32,
    /// When the API client was created.
    pub created_at: DateTime<Utc>,
    /// When the API client was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An API client that can still make requests although its creator, who has seen its keys, was suspended or banned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CreatedApiClient {
    /// ID of the API client.
    pub id: ApiClientId,
    /// Name of the API client.
    pub name: String,
    /// Whether the API client is for production or for tests.
    pub mode: ApiClientMode,
    /// When a key was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key of an API client, without its secret part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// ID of the key.
    pub id: ApiKeyId,
    /// Prefix of the key, to tell keys apart.
    #[cfg_attr(feature = "server", schema(example = "esk_live_Ab3x"))]
    pub prefix: String,
    /// When the key was created.
    pub created_at: DateTime<Utc>,
    /// When the key expires because a newer key has replaced it.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An API client with its new key, which the API returns only in this response. The type does not implement `Debug`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IssuedApiKey {
    /// The API client.
    #[serde(flatten)]
    pub client: ApiClient,
    /// The key. Send it as `Authorization: Bearer esk_...`. Store it now: the API cannot return it again.
    #[cfg_attr(feature = "server", schema(example = "esk_test_..."))]
    pub key: String,
}

/// An API client to create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewApiClient {
    /// Name of the API client.
    #[cfg_attr(feature = "server", schema(example = "Travel shop"))]
    pub name: String,
    /// Whether the API client is for production or for tests; it cannot be changed later.
    pub mode: ApiClientMode,
    /// Permissions of the API client: any that integrators can have.
    #[cfg_attr(feature = "server", schema(example = json!(["users:create", "plans:read", "orders:read", "orders:write"])))]
    pub scopes: Vec<Permission>,
    /// Networks from which the API client may make requests, as CIDR blocks or single addresses; empty for any.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = json!(["203.0.113.0/24", "2001:db8::/32"])))]
    pub networks: Vec<String>,
    /// When the keys expire; never, when absent.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A change of an API client; absent fields stay unchanged. It takes effect with the next request.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditApiClient {
    /// Name of the API client.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub name: Option<String>,
    /// Permissions of the API client.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub scopes: Option<Vec<Permission>>,
    /// Networks from which the API client may make requests; empty for any.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub networks: Option<Vec<String>>,
    /// When the keys expire; null for never.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

/// Replacement of the keys of an API client by a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RotateApiKey {
    /// Hours for which the old keys stay valid, 0 to 168; 0 revokes them immediately.
    #[cfg_attr(feature = "server", schema(example = 24))]
    pub overlap_hours: i64,
}

/// Permanent revocation of an API client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RevokeApiClient {
    /// The reason, stored in the audit log.
    #[cfg_attr(feature = "server", schema(example = "The contract has ended."))]
    pub reason: String,
}

filter! {
    /// Filter of the list of API clients.
    ApiClientFilter {
        /// Part of the name.
        q: String,
        /// API clients with any of these modes.
        mode: AnyOf<ApiClientMode>,
        /// Revoked or not.
        is_revoked: bool,
        /// API clients created by this user.
        created_by: UserId,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of clients.
    ApiClientSort { CreatedAt = "created_at" desc, Name = "name", LastUsedAt = "last_used_at" });

impl ApiClient {
    /// Returns whether the API client can make requests at this time.
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

/// Returns the permissions that an API client can have, in the order of the permission table.
pub fn grantable() -> impl Iterator<Item = Permission> {
    let known = Permission::ALL.iter().copied();
    known.filter(|permission| permission.reach_of_clients() != Reach::None)
}

/// Parses a network: a CIDR block such as `203.0.113.0/24`, or one address.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let net: IpNet = match text.parse::<std::net::IpAddr>() {
        Ok(address) => address.into(),
        Err(_) => text
            .parse()
            .map_err(|_| "is not a network, such as 203.0.113.0/24 or 2001:db8::/32".to_owned())?,
    };
    if net.addr() != net.network() {
        let block = net.trunc();
        return Err(format!(
            "has host bits set: use {block}, or the address alone"
        ));
    }
    match net {
        IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() => {
            Err("is an IPv4-mapped IPv6 address: use the IPv4 address".to_owned())
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
            let message = format!("`{scope}` is not available to API clients.");
            bad.add("scopes", "not_for_clients", message);
        }
    }
}

fn networks(bad: &mut FieldErrors, networks: &[String]) {
    if networks.len() > MAX_NETWORKS {
        bad.add(
            "networks",
            "too_many",
            format!("Use {MAX_NETWORKS} networks at most."),
        );
    }
    for text in networks.iter().take(MAX_NETWORKS) {
        if let Err(why) = network(text) {
            let start: String = text.chars().take(60).collect();
            bad.add("networks", "network", format!("`{start}` {why}."));
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
impl Check for RotateApiKey {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("overlap_hours", self.overlap_hours, 0, MAX_OVERLAP_HOURS);
    }
}
impl Check for RevokeApiClient {
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
impl Resource for IssuedApiKey {
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
    fn network_accepts_blocks_and_single_addresses() {
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
    fn scopes_reject_permissions_closed_to_integrators() {
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
        let errors = new.field_errors();
        assert_eq!(errors.len(), 1);
        assert!(
            errors
                .iter()
                .all(|error| error.field == "scopes" && error.message.contains("audit:read"))
        );
    }
}
