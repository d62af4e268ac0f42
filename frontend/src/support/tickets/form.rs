//! The forms of a ticket: new, and edit.

use kit::{
    api,
    form::{Source, area_field, choice_field, lines_field, picker_field, text_field},
    page::{form_page, load},
    task,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    TicketId,
    accounts::users::User,
    billing::{orders::Order, transactions::Transaction},
    esims::inventory::Esim,
    support::tickets::{EditTicket, NewTicket, Ticket, TicketPriority},
};

/// Draws the form for a new ticket.
pub fn new() -> AnyView {
    let customers =
        Source::filtered_resource::<User>(vec![("role", "customer".to_owned())], |user: &User| {
            user.email.clone()
        });
    form_page::<Ticket, NewTicket, EditTicket>(None)
        .begin(json!({ "priority": "medium" }))
        .section(
            "Request",
            "The customer's question or problem. The customer sees the subject and the description.",
            [
                picker_field("user_id", "Customer", customers),
                text_field("subject", "Subject").example("No connection in Italy"),
                area_field("description", "Description").help(
                    "An ICCID, an order number or the ID of a payment in the text links the ticket to it.",
                ),
            ],
        )
        .section(
            "Handling",
            "Only staff see the category and the tags. Rules for new tickets may add to them.",
            [
                choice_field("priority", "Priority", TicketPriority::WORDS),
                text_field("category", "Category").half().optional(),
                lines_field("tags", "Tags").optional().help("One per line."),
            ],
        )
        .show()
}

/// Draws the form for an existing ticket. Its pickers offer the customer's own records.
pub fn edit(id: TicketId) -> AnyView {
    load(
        move || task(async move { api::find::<Ticket>(id).await }),
        move |ticket| edit_form(&ticket),
    )
}

fn edit_form(ticket: &Ticket) -> AnyView {
    let own = || vec![("user_id", ticket.user_id.to_string())];
    form_page::<Ticket, NewTicket, EditTicket>(Some(ticket.id))
        .section(
            "Request",
            "The customer sees the subject.",
            [text_field("subject", "Subject")],
        )
        .section(
            "Handling",
            "A new priority changes the due times. They are calculated again from the creation of the ticket.",
            [
                choice_field("priority", "Priority", TicketPriority::WORDS),
                text_field("category", "Category").half().optional(),
                lines_field("tags", "Tags").help("One per line."),
            ],
        )
        .section(
            "Links",
            "What the ticket is about. Macros act on these records.",
            [
                picker_field(
                    "esim_id",
                    "eSIM",
                    Source::filtered_resource::<Esim>(own(), |esim: &Esim| {
                        esim.plan_name.clone().unwrap_or_default()
                    }),
                )
                .optional(),
                picker_field(
                    "order_id",
                    "Order",
                    Source::filtered_resource::<Order>(own(), |order: &Order| {
                        order.terms.name.clone()
                    }),
                )
                .optional(),
                picker_field(
                    "transaction_id",
                    "Payment",
                    Source::filtered_resource::<Transaction>(own(), |paid: &Transaction| {
                        kit::format::moment(paid.created_at)
                    }),
                )
                .optional(),
            ],
        )
        .show()
}
