//! HTTP routes of the outbox.

use super::{query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Json, Result, Tagged, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    NotificationId,
    messaging::notifications::{ChannelSetup, Notification, NotificationSetup, NotificationType},
    permission::needs::{NotificationsRead, OrdersResend, SettingsRead},
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(status)
        .service(resend)
        .service(show);
}

listing!(Notification, "/notifications", export "/notifications/export", tag "messaging/notifications", needs NotificationsRead = "notifications:read", from rules::page);

/// Show whether each channel is set up, and the number of its pending messages.
#[utoipa::path(
    tag = "messaging/notifications", security(("bearer" = ["settings:read"])),
    responses((status = 200, description = "The status of each channel", body = NotificationSetup)),
)]
#[get("/notifications/status")]
pub async fn status(caller: Caller<SettingsRead>) -> Result<Json<NotificationSetup>> {
    let configured = caller.ctx().ports.mailer.is_some();
    let pending = caller
        .read(|conn, _| query::count_pending(conn, NotificationType::Email))
        .await?;
    Ok(Json(NotificationSetup {
        email: ChannelSetup {
            configured,
            waiting: pending,
        },
    }))
}

/// Show a message, with secrets masked.
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

/// Send a message again, to the current address of the user.
#[utoipa::path(
    tag = "messaging/notifications", security(("bearer" = ["orders:resend"])), params(("id" = NotificationId, Path)),
    responses((status = 200, description = "The message, which is pending again", body = Notification)),
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
