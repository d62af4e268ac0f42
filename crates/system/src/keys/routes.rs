//! HTTP routes of encryption keys: their ids and the number of values that they seal, never the keys themselves.

use super::rules;
use actix_web::get;
use platform::{Caller, Json, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{permission::needs::KeysRead, system::keys::EncryptionKeys};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(show);
}

/// Show how many values are sealed with each key. A key without values can be removed.
#[utoipa::path(tag = "system/keys", security(("bearer" = ["keys:read"])), responses((status = 200, description = "The keys", body = EncryptionKeys)))]
#[get("/keys")]
pub async fn show(caller: Caller<KeysRead>) -> Result<Json<EncryptionKeys>> {
    caller
        .read(|conn, actor| rules::show(conn, &actor.keys))
        .await
        .map(Json)
}
