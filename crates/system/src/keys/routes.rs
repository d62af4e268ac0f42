//! Keys over HTTP: their numbers and what they seal, never what they are.

use super::rules;
use actix_web::get;
use platform::{Caller, Json, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{permission::needs::KeysRead, system::keys::Keys};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(show);
}

/// Show how many values are sealed with which key. A key with which nothing is sealed any more may be taken away.
#[utoipa::path(tag = "system/keys", security(("bearer" = ["keys:read"])), responses((status = 200, description = "The keys", body = Keys)))]
#[get("/keys")]
pub async fn show(caller: Caller<KeysRead>) -> Result<Json<Keys>> {
    caller
        .read(|conn, actor| rules::show(conn, &actor.keys))
        .await
        .map(Json)
}
