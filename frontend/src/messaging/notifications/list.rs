//! The list of messages.

use super::{resend, status};
use kit::{
    format::sentence,
    page::list_page,
    table::{ago, choice, count, dates, moment, picked, state, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    accounts::users::User,
    messaging::notifications::{
        Notification, NotificationSort, NotificationStatus, NotificationType,
    },
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Notification>("Outbox")
        .opens(|message| format!("/messaging/notifications/{}", message.id))
        .column(value("Subject", subject))
        .column(state("Status", status))
        .column(
            text("To", |message: &Notification| message.destination.clone())
                .link(|message| Some(format!("/accounts/users/{}", message.user_id))),
        )
        .column(text("Channel", |message: &Notification| {
            sentence(message.r#type.as_str())
        }))
        .column(count("Attempts", |message: &Notification| message.attempts).extra())
        .column(
            ago("Created", |message: &Notification| Some(message.created_at))
                .sort(NotificationSort::CreatedAt),
        )
        .column(
            moment("Sent", |message: &Notification| message.sent_at)
                .sort(NotificationSort::SentAt)
                .wide(),
        )
        .column(moment("Read", |message: &Notification| message.read_at).extra())
        .filter(choice("status", "Status", NotificationStatus::WORDS))
        .filter(choice("type", "Channel", NotificationType::WORDS))
        .filter(picked::<User>("user_id", "To"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .action(resend())
        .empty(
            "No messages yet",
            "Messages to customers appear here, with their delivery status.",
        )
        .show()
}

/// Returns the subject, with the delivery error as a note.
fn subject(message: &Notification) -> Value {
    let subject = message.subject.as_deref().unwrap_or("No subject");
    Value::text(subject).note(message.last_error.clone().unwrap_or_default())
}
