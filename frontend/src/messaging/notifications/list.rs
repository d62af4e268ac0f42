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

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<Notification>("Outbox")
        .opens(|message| format!("/messaging/notifications/{}", message.id))
        .column(value("Subject", subject))
        .column(state("Status", status))
        .column(
            text("To", |message: &Notification| message.destination.clone())
                .link(|message| Some(format!("/accounts/users/{}", message.user_id))),
        )
        .column(text("By", |message: &Notification| {
            sentence(message.r#type.as_str())
        }))
        .column(count("Tries", |message: &Notification| message.attempts).extra())
        .column(
            ago("Written", |message: &Notification| Some(message.created_at))
                .sort(NotificationSort::CreatedAt),
        )
        .column(
            moment("Sent", |message: &Notification| message.sent_at)
                .sort(NotificationSort::SentAt)
                .wide(),
        )
        .column(moment("Read", |message: &Notification| message.read_at).extra())
        .filter(choice("status", "Status", NotificationStatus::WORDS))
        .filter(choice("type", "By", NotificationType::WORDS))
        .filter(picked::<User>("user_id", "To"))
        .filter(dates("created_at_from", "created_at_to", "Written"))
        .action(resend())
        .empty(
            "Nothing was sent yet",
            "What customers are told about their orders appears here, and whether it reached them.",
        )
        .show()
}

/// Its subject, and why it did not go out.
fn subject(message: &Notification) -> Value {
    let subject = message.subject.as_deref().unwrap_or("Without a subject");
    Value::text(subject).note(message.last_error.clone().unwrap_or_default())
}
