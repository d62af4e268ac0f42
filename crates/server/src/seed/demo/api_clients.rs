//! API clients of two shops: one in live mode and one in test mode. Their keys are discarded.

use super::super::{
    SeedContext,
    rows::{Event, Rows, id_of},
    sealed::bytea,
};
use chrono::TimeDelta;
use platform::auth::generate_api_key;
use serde_json::json;
use uuid::Uuid;
use wire::{accounts::api_clients::ApiClientMode, system::audit::AuditAction};

type Client = (
    &'static str,
    ApiClientMode,
    &'static [&'static str],
    Option<i64>,
);

const CLIENTS: [Client; 2] = [
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

/// Adds the clients, each with a key that is discarded after it was generated.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, admin: Uuid) {
    for (number, (name, mode, scopes, used)) in CLIENTS.into_iter().enumerate() {
        let at = ctx.now - TimeDelta::days(if used.is_some() { 40 } else { 6 });
        let id = id_of("demo client", number, at);
        rows.add("api_clients", json!({
            "id": id, "name": name, "mode": mode, "scopes": scopes, "networks": [], "created_by": admin, "version": 1,
            "last_used_at": used.map(|hours| ctx.now - TimeDelta::hours(hours)), "created_at": at, "updated_at": at,
        }));
        let generated = generate_api_key(mode);
        rows.add("api_keys", json!({
            "id": id_of("demo key", number, at), "client_id": id, "prefix": generated.prefix, "key_hash": bytea(&generated.hash), "created_at": at,
        }));
        let event = Event::new(AuditAction::ApiClientCreate, "api_client", id);
        let change = json!({ "name": name, "mode": mode, "scopes": scopes });
        rows.audit(at, Some((admin, "admin")), event, change, None);
    }
}
