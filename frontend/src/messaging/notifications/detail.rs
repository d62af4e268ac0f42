//! The page of one message: its text and its delivery.

use super::{resend, status};
use kit::{format::sentence, page::detail_page, ui::Value};
use leptos::prelude::*;
use wire::{
    NotificationId,
    messaging::notifications::{Notification, NotificationStatus},
};

/// Draws the detail page.
pub fn screen(id: NotificationId) -> AnyView {
    detail_page::<Notification>(id)
        .badge(status)
        .action(resend())
        .fact("To", |message| {
            Value::text(message.destination.clone())
                .link(format!("/accounts/users/{}", message.user_id))
        })
        .fact("Channel", |message| {
            Value::text(sentence(message.r#type.as_str()))
        })
        .fact("Order", |message| {
            message.order_id.map_or_else(Value::absent, |id| {
                Value::text("View order").link(format!("/billing/orders/{id}"))
            })
        })
        .fact("eSIM", |message| {
            message.esim_id.map_or_else(Value::absent, |id| {
                Value::text("View eSIM").link(format!("/esims/inventory/{id}"))
            })
        })
        .fact("Attempts", |message| Value::count(message.attempts))
        .fact("Created", |message| Value::time(message.created_at))
        .fact("Sent", |message| Value::maybe_time(message.sent_at))
        .fact("Read", |message| Value::maybe_time(message.read_at))
        .fact("ID", |message| Value::code(message.id.to_string()))
        .card("Delivery error", |message| {
            message
                .last_error
                .clone()
                .map(|error| view! { <p class="prose">{error}</p> }.into_any())
        })
        .card("Text", |message| {
            Some(view! { <p class="prose">{message.message.clone()}</p> }.into_any())
        })
        .refresh_while(|message| {
            message.status == NotificationStatus::Pending && message.last_error.is_none()
        })
        .history("notification")
        .show()
}
