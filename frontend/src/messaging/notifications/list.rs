//! The list of messages.

use super::{resend, status};
use kit::{
    format::sentence,
    page::list_page,
    table::{ago, choice, count, dates, maybe, moment, picked, state, text},
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
        .column(text("Subject", |message: &Notification| {
            message
                .subject
                .clone()
                .unwrap_or_else(|| "Without a subject".to_owned())
        }))
        .column(state("Status", status))
        .column(
            text("To", |message: &Notification| message.destination.clone())
                .link(|message| Some(format!("/accounts/users/{}", message.user_id))),
        )
        .column(text("By", |message: &Notification| {
            sentence(message.r#type.as_str())
        }))
        .column(count("Tries", |message: &Notification| message.attempts).wide())
        .column(
            maybe("What went wrong", |message: &Notification| {
                message.last_error.clone()
            })
            .wide(),
        )
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
