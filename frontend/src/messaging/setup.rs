//! The notice above every screen while e-mail is not set up.

use kit::{
    api,
    format::plural,
    page, session, task,
    ui::{ButtonVariant, link_button},
};
use leptos::prelude::*;
use wire::{Permission, messaging::notifications::NotificationSetup};

/// The address of the list of waiting messages.
const WAITING: &str = "/messaging/notifications?status=pending";

/// Draws the notice, for administrators.
pub fn notice() -> AnyView {
    if !session::can(Permission::SettingsRead) {
        return ().into_any();
    }
    let fetch = || task(async { api::get::<NotificationSetup>("/v1/notifications/status").await });
    page::notice(fetch, |setup: NotificationSetup| {
        if setup.email.configured {
            return None;
        }
        let waiting = usize::try_from(setup.email.waiting).unwrap_or(0);
        let text = match waiting {
            0 => "Deliveries, refund notices and invitations cannot be sent.".to_owned(),
            1 => "1 message is queued.".to_owned(),
            more => format!("{} are queued.", plural(more, "message", "messages")),
        };
        let view = (waiting > 0)
            .then(|| link_button("View messages", ButtonVariant::Plain, None, WAITING));
        Some(
            view! {
                <section class="banner set-up" role="status" aria-label="Set-up" data-tone="waiting"><p>
                    <strong>"E-mail is not set up. "</strong>{text}" Set "<code>"SMTP_URL"</code>" on the server and restart it."</p>
                    {view}</section>
            }
            .into_any(),
        )
    })
}
