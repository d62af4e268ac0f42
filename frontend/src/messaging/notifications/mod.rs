//! Messages to customers: the outbox.

mod detail;
mod list;

use kit::{
    Screen, api,
    page::{Act, act},
    ui::{Icon, Tone},
};
use wire::{
    Permission,
    messaging::notifications::{Notification, NotificationStatus},
};

/// The screens of messages.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/messaging/notifications",
        title: "Outbox",
        needs: Permission::NotificationsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/messaging/notifications/{id}",
        title: "Message",
        needs: Permission::NotificationsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// How far it has come.
fn status(message: &Notification) -> (&'static str, Tone) {
    let tone = match message.status {
        NotificationStatus::Pending => Tone::Waiting,
        NotificationStatus::Sent | NotificationStatus::Read => Tone::Good,
        NotificationStatus::Failed => Tone::Bad,
    };
    (message.status.as_str(), tone)
}

/// Sends it again, to the address that the person has now.
fn resend() -> Act<Notification> {
    act(
        "Send again",
        "is on its way again",
        Permission::OrdersResend,
        |message: Notification| async move { api::act(&message, "resend", &()).await },
    )
    .asks("It goes to the address that the person has now.")
    .when(|message| message.status != NotificationStatus::Pending)
    .icon(Icon::Send)
}
