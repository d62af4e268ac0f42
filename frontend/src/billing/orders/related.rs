//! The related lists of an order: its eSIMs and its messages.

use kit::{
    format::sentence,
    page::{Related, related},
    table::{code, moment, state, text, value},
    ui::{Tone, Value},
};
use wire::{
    OrderId, Permission,
    esims::inventory::{Esim, EsimFilter},
    messaging::notifications::{Notification, NotificationFilter, NotificationStatus},
};

/// Returns the eSIMs of the order.
pub fn esims(id: OrderId) -> Related<Esim> {
    related::<Esim>(
        "eSIMs",
        Permission::EsimsRead,
        EsimFilter {
            order_id: Some(id),
            ..EsimFilter::default()
        },
    )
    .column(code("ICCID", |esim: &Esim| esim.iccid.clone()))
    .column(state("Status", crate::esims::inventory::status))
    .column(text("Profile", |esim: &Esim| {
        sentence(esim.profile_state.as_str())
    }))
    .column(value("Provider", |esim: &Esim| {
        Value::maybe(esim.provider_name.clone())
    }))
    .column(moment("Assigned", |esim: &Esim| esim.assigned_at))
    .opens(|esim| format!("/esims/inventory/{}", esim.id))
    .all("/esims/inventory")
    .empty("No eSIM has been assigned to this order.")
}

/// Returns the messages about the order.
pub fn messages(id: OrderId) -> Related<Notification> {
    related::<Notification>(
        "Messages",
        Permission::NotificationsRead,
        NotificationFilter {
            order_id: Some(id),
            ..NotificationFilter::default()
        },
    )
    .column(text("Subject", |sent: &Notification| {
        sent.subject.clone().unwrap_or_else(|| "Message".to_owned())
    }))
    .column(state("Status", delivery))
    .column(text("Channel", |sent: &Notification| {
        sentence(sent.r#type.as_str())
    }))
    .column(text("To", |sent: &Notification| sent.destination.clone()))
    .column(moment("Sent", |sent: &Notification| sent.sent_at))
    .opens(|sent| format!("/messaging/notifications/{}", sent.id))
    .all("/messaging/notifications")
    .empty("No message has been sent for this order.")
}

fn delivery(sent: &Notification) -> (&'static str, Tone) {
    let tone = match sent.status {
        NotificationStatus::Pending => Tone::Waiting,
        NotificationStatus::Sent | NotificationStatus::Read => Tone::Good,
        NotificationStatus::Failed => Tone::Bad,
    };
    (sent.status.as_str(), tone)
}
