//! The received emails, and the ticket of each.

use kit::{
    Screen,
    page::list_page,
    table::{ago, choice, dates, maybe, state, value},
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    support::inbound::{InboundEmail, InboundEmailSort, InboundEmailStatus},
};

/// The screen of received emails.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/support/emails",
    title: "Received emails",
    needs: Permission::TicketsWrite,
    view: |_| Some(screen()),
}];

fn screen() -> AnyView {
    list_page::<InboundEmail>("Received emails")
        .column(
            ago("Received", |email: &InboundEmail| Some(email.received_at))
                .sort(InboundEmailSort::ReceivedAt),
        )
        .column(state("Status", status))
        .column(value("Ticket", |email: &InboundEmail| {
            email.ticket_id.map_or_else(Value::absent, |id| {
                Value::text("View ticket").link(format!("/support/tickets/{id}"))
            })
        }))
        .column(maybe("Reason", |email: &InboundEmail| email.detail.clone()))
        .column(ago("Read", |email: &InboundEmail| email.processed_at).wide())
        .filter(choice("status", "Status", InboundEmailStatus::WORDS))
        .filter(dates("received_at_from", "received_at_to", "Received"))
        .empty(
            "No emails yet",
            "Emails to support appear here, and what happened to them.",
        )
        .show()
}

fn status(email: &InboundEmail) -> (&'static str, Tone) {
    let tone = match email.status {
        InboundEmailStatus::Received => Tone::Waiting,
        InboundEmailStatus::Processed => Tone::Good,
        InboundEmailStatus::Ignored => Tone::Neutral,
        InboundEmailStatus::Failed => Tone::Bad,
    };
    (email.status.as_str(), tone)
}
