//! HTTP routes of Twilio accounts.

use super::{query, rules};
use wire::{
    Permission, TwilioConfigId,
    integrations::{
        providers::ProviderRun,
        twilio::{EditTwilioConfig, NewTwilioConfig, TwilioConfig, TwilioConnection},
    },
    permission::needs::{ProvidersRead, ProvidersRotate, ProvidersWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Accepted, Caller, Created, Id, IfMatch, Json, NoContent, RecentlyAuthenticated, Result, Tagged,
    Valid, listing,
};

listing!(TwilioConfig, "/twilio-configs", export "/twilio-configs/export", tag "integrations/twilio", needs ProvidersRead = "providers:read", from query::page);

/// Show a Twilio account. Its secrets are never returned.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:read"])), params(("id" = TwilioConfigId, Path)), responses((status = 200, description = "The account", body = TwilioConfig)))]
#[get("/twilio-configs/{id}")]
pub async fn show(
    caller: Caller<ProvidersRead>,
    id: Id<TwilioConfigId>,
) -> Result<Tagged<TwilioConfig>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Show the connection of a Twilio account: the address for its webhooks, and how the last calls ended.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:read"])), params(("id" = TwilioConfigId, Path)), responses((status = 200, description = "The connection", body = TwilioConnection)))]
#[get("/twilio-configs/{id}/connection")]
pub async fn connection(
    caller: Caller<ProvidersRead>,
    id: Id<TwilioConfigId>,
) -> Result<Json<TwilioConnection>> {
    let ctx = caller.ctx().clone();
    caller
        .read(move |conn, _| rules::connection(conn, &ctx, id.0))
        .await
        .map(Json)
}

/// Add a Twilio account, which is not active yet. Its secrets are sealed and never shown again. Requires a recent
/// confirmation of your identity.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:rotate"])), request_body = NewTwilioConfig, responses((status = 201, description = "Created", body = TwilioConfig), (status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)")))]
#[post("/twilio-configs")]
pub async fn create(
    caller: RecentlyAuthenticated<ProvidersRotate>,
    new: Valid<NewTwilioConfig>,
) -> Result<Created<TwilioConfig>> {
    let environment = caller.ctx().config.environment;
    caller
        .write(move |tx, actor| {
            rules::check_hosts(
                environment,
                Some(&new.api_base_url),
                new.webhook_url.as_deref(),
            )?;
            rules::create(tx, actor, &new)
        })
        .await
        .map(Created)
}

/// Change a Twilio account. A new secret, host or authentication method needs `providers:rotate` and a recent
/// confirmation.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:write"])), params(("id" = TwilioConfigId, Path), ("If-Match" = String, Header)), request_body = EditTwilioConfig, responses((status = 200, description = "The account", body = TwilioConfig)))]
#[patch("/twilio-configs/{id}")]
pub async fn edit(
    caller: Caller<ProvidersWrite>,
    id: Id<TwilioConfigId>,
    version: IfMatch,
    edit: Valid<EditTwilioConfig>,
) -> Result<Tagged<TwilioConfig>> {
    let (environment, now) = (caller.ctx().config.environment, caller.ctx().clock.now());
    let also = edit
        .concerns_secrets()
        .then_some(Permission::ProvidersRotate);
    caller
        .write_with(also, move |tx, actor| {
            let webhook_url = edit.webhook_url.as_ref().and_then(Option::as_deref);
            rules::check_hosts(environment, edit.api_base_url.as_deref(), webhook_url)?;
            rules::edit(tx, actor, id.0, version.0, &edit, now)
        })
        .await
        .map(Tagged)
}

/// Make a Twilio account the active one, with which eSIMs are ordered. Requires a recent confirmation of your identity.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:rotate"])), params(("id" = TwilioConfigId, Path), ("If-Match" = String, Header)), responses((status = 200, description = "The account", body = TwilioConfig), (status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)")))]
#[post("/twilio-configs/{id}/activate")]
pub async fn activate(
    caller: RecentlyAuthenticated<ProvidersRotate>,
    id: Id<TwilioConfigId>,
    version: IfMatch,
) -> Result<Tagged<TwilioConfig>> {
    caller
        .write(move |tx, actor| rules::activate(tx, actor, id.0, version.0))
        .await
        .map(Tagged)
}

/// Test a Twilio account with a harmless call. Poll the run for the outcome.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:write"])), params(("id" = TwilioConfigId, Path)), responses((status = 202, description = "The run", body = ProviderRun)))]
#[post("/twilio-configs/{id}/test")]
pub async fn test(
    caller: Caller<ProvidersWrite>,
    id: Id<TwilioConfigId>,
) -> Result<Accepted<ProviderRun>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::request_test(tx, actor, id.0, now))
        .await
        .map(Accepted)
}

/// Delete a Twilio account that is not active.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:write"])), params(("id" = TwilioConfigId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/twilio-configs/{id}")]
pub async fn remove(
    caller: Caller<ProvidersWrite>,
    id: Id<TwilioConfigId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}
