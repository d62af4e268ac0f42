//! HTTP routes of settings.

use super::{query, rules};
use actix_web::{get, patch, post, web::Data};
use platform::{
    Caller, Ctx, Id, IfMatch, Json, Result, Tagged, Valid, listing, respond::Cached,
    settings::Watchers,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    permission::needs::{SettingsRead, SettingsWrite},
    system::settings::{
        EditSetting, PublicSettings, RollBackSetting, Setting, SettingHistory, SettingRef,
    },
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(public)
        .service(show)
        .service(edit)
        .service(history)
        .service(rollback);
}

listing!(Setting, "/settings", export "/settings/export", tag "system/settings", needs SettingsRead = "settings:read", from query::page);

/// Show the public settings, such as the name of the business and its time zone.
///
/// Needs no token. The response may be cached for one minute.
#[utoipa::path(
    tag = "system/settings", security(()),
    responses((status = 200, description = "The public settings", body = PublicSettings), (status = 304, description = "Not modified")),
)]
#[get("/settings/public")]
pub async fn public(ctx: Data<Ctx>) -> Result<Cached<PublicSettings>> {
    ctx.db.read(rules::public).await.map(Cached)
}

/// Show a setting, by its id or its key.
#[utoipa::path(tag = "system/settings", security(("bearer" = ["settings:read"])), params(("id" = String, Path, description = "Id or key")), responses((status = 200, description = "The setting", body = Setting)))]
#[get("/settings/{id}")]
pub async fn show(caller: Caller<SettingsRead>, id: Id<SettingRef>) -> Result<Tagged<Setting>> {
    caller
        .read(move |conn, _| query::find(conn, &id.0))
        .await
        .map(Tagged)
}

/// Change a setting. The new value applies immediately on every server.
///
/// A change that weakens a financial or security control (`is_control`), such as a higher limit of refunds without a second approval,
/// requires a super administrator who has confirmed who they are within the last 15 minutes.
#[utoipa::path(
    tag = "system/settings", security(("bearer" = ["settings:write"])), params(("id" = String, Path, description = "Id or key"), ("If-Match" = String, Header)),
    request_body = EditSetting,
    responses((status = 200, description = "The setting", body = Setting), (status = 403, description = "Not allowed; weakening a control requires a super administrator with a recent confirmation")),
)]
#[patch("/settings/{id}")]
pub async fn edit(
    caller: Caller<SettingsWrite>,
    id: Id<SettingRef>,
    version: IfMatch,
    edit: Valid<EditSetting>,
    watchers: Watchers,
) -> Result<Tagged<Setting>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, &id.0, version.0, &edit, &watchers))
        .await
        .map(Tagged)
}

/// Show the previous values of a setting, newest first.
#[utoipa::path(tag = "system/settings", security(("bearer" = ["settings:read"])), params(("id" = String, Path, description = "Id or key")), responses((status = 200, description = "The history of the setting", body = SettingHistory)))]
#[get("/settings/{id}/history")]
pub async fn history(
    caller: Caller<SettingsRead>,
    id: Id<SettingRef>,
) -> Result<Json<SettingHistory>> {
    caller
        .read(move |conn, actor| rules::history(conn, actor, &id.0))
        .await
        .map(Json)
}

/// Restore an earlier value of a setting. This is a change like any other, and creates a new version.
#[utoipa::path(
    tag = "system/settings", security(("bearer" = ["settings:write"])), params(("id" = String, Path, description = "Id or key"), ("If-Match" = String, Header)),
    request_body = RollBackSetting,
    responses((status = 200, description = "The setting", body = Setting), (status = 403, description = "Not allowed; weakening a control requires a super administrator with a recent confirmation")),
)]
#[post("/settings/{id}/rollback")]
pub async fn rollback(
    caller: Caller<SettingsWrite>,
    id: Id<SettingRef>,
    version: IfMatch,
    rollback: Valid<RollBackSetting>,
    watchers: Watchers,
) -> Result<Tagged<Setting>> {
    caller
        .write(move |tx, actor| rules::roll_back(tx, actor, &id.0, version.0, &rollback, &watchers))
        .await
        .map(Tagged)
}
