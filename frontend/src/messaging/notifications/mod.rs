//! Messages to customers: the outbox.

mod detail;
mod list;

use kit::{
    Screen, api,
    page::{Action, action},
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

/// Returns the status badge of a message.
fn status(message: &Notification) -> (&'static str, Tone) {
    let tone = match message.status {
        NotificationStatus::Pending => Tone::Waiting,
        NotificationStatus::Sent | NotificationStatus::Read => Tone::Good,
        NotificationStatus::Failed => Tone::Bad,
    };
    (message.status.as_str(), tone)
}

/// Resends the message to the customer's current address.
fn resend() -> Action<Notification> {
    action(
        "Resend",
        "queued to be sent again",
        Permission::OrdersResend,
        |message: Notification| async move { api::post_action(&message, "resend", &()).await },
    )
    .asks("The message is sent to the customer's current address.")
    .when(|message| message.status != NotificationStatus::Pending)
    .icon(Icon::Send)
}
