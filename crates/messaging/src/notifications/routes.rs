//! The outbox over HTTP.

use super::{query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Json, Result, Tagged, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    NotificationId,
    messaging::notifications::{ChannelSetup, Notification, NotificationSetup, NotificationType},
    permission::needs::{NotificationsRead, OrdersResend, SettingsRead},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(status)
        .service(resend)
        .service(show);
}

listing!(Notification, "/notifications", export "/notifications/export", tag "messaging/notifications", needs NotificationsRead = "notifications:read", from rules::page);

/// Show whether each channel is set up, and how many messages wait.
#[utoipa::path(
    tag = "messaging/notifications", security(("bearer" = ["settings:read"])),
    responses((status = 200, description = "The state of each channel", body = NotificationSetup)),
)]
#[get("/notifications/status")]
pub async fn status(caller: Caller<SettingsRead>) -> Result<Json<NotificationSetup>> {
    let configured = caller.ctx().ports.mailer.is_some();
    let waiting = caller
        .read(|conn, _| query::waiting_by(conn, NotificationType::Email))
        .await?;
    Ok(Json(NotificationSetup {
        email: ChannelSetup {
            configured,
            waiting,
        },
    }))
}

/// Show a message, its secrets masked.
#[utoipa::path(
    tag = "messaging/notifications", security(("bearer" = ["notifications:read"])), params(("id" = NotificationId, Path)),
    responses((status = 200, description = "The message", body = Notification)),
)]
#[get("/notifications/{id}")]
pub async fn show(
    caller: Caller<NotificationsRead>,
    id: Id<NotificationId>,
) -> Result<Tagged<Notification>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Send a message again, to the address that the person has now.
#[utoipa::path(
    tag = "messaging/notifications", security(("bearer" = ["orders:resend"])), params(("id" = NotificationId, Path)),
    responses((status = 200, description = "The message, waiting to be sent", body = Notification)),
)]
#[post("/notifications/{id}/resend")]
pub async fn resend(
    caller: Caller<OrdersResend>,
    id: Id<NotificationId>,
) -> Result<Tagged<Notification>> {
    caller
        .write(move |tx, actor| rules::resend(tx, actor, id.0))
        .await
        .map(Tagged)
}
