//! Two shops that call the API: one that sells, one that tries things out. Nobody knows their keys.

use super::super::{
    Ground,
    rows::{Rows, id_of},
    sealed::bytea,
};
use chrono::TimeDelta;
use platform::auth::mint;
use serde_json::json;
use uuid::Uuid;
use wire::accounts::api_clients::ApiClientMode;

type Shop = (
    &'static str,
    ApiClientMode,
    &'static [&'static str],
    Option<i64>,
);

const SHOPS: [Shop; 2] = [
    (
        "Web shop",
        ApiClientMode::Live,
        &["plans:read", "orders:read", "orders:write", "esims:read"],
        Some(3),
    ),
    (
        "Travel partner (trial)",
        ApiClientMode::Test,
        &["plans:read", "orders:read", "orders:write"],
        None,
    ),
];

/// Adds them, each with a key that is forgotten as soon as it is made.
pub fn add(rows: &mut Rows, ground: &Ground<'_>, admin: Uuid) {
    for (number, (name, mode, scopes, used)) in SHOPS.into_iter().enumerate() {
        let at = ground.now - TimeDelta::days(if used.is_some() { 40 } else { 6 });
        let id = id_of("demo client", number, at);
        rows.add("api_clients", json!({
            "id": id, "name": name, "mode": mode, "scopes": scopes, "networks": [], "created_by": admin, "version": 1,
            "last_used_at": used.map(|hours| ground.now - TimeDelta::hours(hours)), "created_at": at, "updated_at": at,
        }));
        let minted = mint(mode);
        rows.add("api_keys", json!({
            "id": id_of("demo key", number, at), "client_id": id, "prefix": minted.prefix, "key_hash": bytea(&minted.hash), "created_at": at,
        }));
        let act = ("api_client.create", "api_client", id);
        let change = json!({ "name": name, "mode": mode, "scopes": scopes });
        rows.act(at, Some((admin, "admin")), act, change, None);
    }
}
