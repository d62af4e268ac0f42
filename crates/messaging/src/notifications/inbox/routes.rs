//! The notifications of the caller over HTTP.

use super::rules;
use actix_web::{get, post};
use platform::{Caller, Id, Json, Options, Result, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    NotificationId,
    messaging::inbox::{Inbox, InboxNotification, InboxOptions, ReadAll},
    permission::needs::NotificationsOwn,
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(show).service(read_all).service(read);
}

/// Show the notifications of the caller, the newest first, and the number of unread ones.
#[utoipa::path(
    tag = "messaging/inbox", security(("bearer" = ["notifications:own"])), params(InboxOptions),
    responses((status = 200, description = "The notifications", body = Inbox)),
)]
#[get("/me/notifications")]
pub async fn show(
    caller: Caller<NotificationsOwn>,
    options: Options<InboxOptions>,
) -> Result<Json<Inbox>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, &options.0))
        .await
        .map(Json)
}

/// Mark the notifications of the caller as read, up to a time.
///
/// Send the time of the newest notification that was shown, so that a later one stays unread.
#[utoipa::path(
    tag = "messaging/inbox", security(("bearer" = ["notifications:own"])), request_body = ReadAll,
    responses((status = 200, description = "The notifications", body = Inbox)),
)]
#[post("/me/notifications/read")]
pub async fn read_all(
    caller: Caller<NotificationsOwn>,
    until: Valid<ReadAll>,
) -> Result<Json<Inbox>> {
    let now = caller.ctx().clock.now();
    let until = until.until.unwrap_or(now);
    caller
        .write(move |tx, actor| rules::read_all(tx, actor, until, now))
        .await
        .map(Json)
}

/// Mark a notification of the caller as read.
#[utoipa::path(
    tag = "messaging/inbox", security(("bearer" = ["notifications:own"])), params(("id" = NotificationId, Path)),
    responses((status = 200, description = "The notification", body = InboxNotification)),
)]
#[post("/me/notifications/{id}/read")]
pub async fn read(
    caller: Caller<NotificationsOwn>,
    id: Id<NotificationId>,
) -> Result<Json<InboxNotification>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::read(tx, actor, id.0, now))
        .await
        .map(Json)
}
