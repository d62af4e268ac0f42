//! The form of a macro. It has one field per kind of action, and the macro runs them in the order of the fields.

use crate::support::{markdown, staff};
use kit::{
    form::{
        Field, area_field, choice_field, lines_field, markdown_field, picker_field, text_field,
        toggle_field,
    },
    page::form_page,
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use wire::{
    MacroId,
    billing::refunds::RefundReason,
    support::{
        macros::{MacroAction, NewMacro, TicketMacro},
        tickets::{TicketPriority, TicketStatus},
    },
};

/// The keys of the fields that become actions.
const ASSIGN_TO_ME: &str = "assign_to_me";
const TOGGLES: [&str; 5] = [
    ASSIGN_TO_ME,
    "resend_delivery",
    "refresh_esim",
    "suspend_esim",
    "resume_esim",
];
const VALUES: [&str; 4] = ["set_priority", "assign", "request_refund", "set_status"];
const LISTS: [&str; 2] = ["add_tag", "remove_tag"];

/// Draws the form, for an existing macro or a new one.
pub fn screen(id: Option<MacroId>) -> AnyView {
    form_page::<TicketMacro, NewMacro, NewMacro>(id)
        .make(request)
        .shaped_by(fields_of)
        .section("Macro", "Staff find it by its name.", [text_field("name", "Name").example("QR code again")])
        .section(
            "Texts",
            "The reply and the note may contain {customer_name}, {ticket_number} and {agent_name}.",
            [
                markdown_field("reply", "Reply to the customer", markdown::renderer())
                    .optional()
                    .help("Staff can change it before they send it."),
                area_field("note", "Internal note").optional(),
            ],
        )
        .section("Ticket", "What changes in the ticket.", ticket_fields())
        .section(
            "eSIM, order and payment",
            "These actions need the links of the ticket and the permission of the staff member. When one fails, the reply is not sent.",
            linked_fields(),
        )
        .show()
}

fn ticket_fields() -> [Field; 6] {
    [
        choice_field("set_status", "Set status", TicketStatus::WORDS).optional(),
        choice_field("set_priority", "Set priority", TicketPriority::WORDS).optional(),
        toggle_field(
            ASSIGN_TO_ME,
            "Assign to the staff member who runs the macro",
        ),
        picker_field("assign", "Assign to", staff::source())
            .optional()
            .shown_if(|draft| !draft.is_on(ASSIGN_TO_ME)),
        lines_field("add_tag", "Add tags")
            .half()
            .help("One per line."),
        lines_field("remove_tag", "Remove tags")
            .half()
            .help("One per line."),
    ]
}

fn linked_fields() -> [Field; 5] {
    [
        toggle_field("resend_delivery", "Send the delivery e-mail again"),
        choice_field("request_refund", "Request a refund", RefundReason::WORDS)
            .optional()
            .full()
            .help("Of everything that is refundable, for this reason."),
        toggle_field("refresh_esim", "Refresh the eSIM").help("Load its state from the provider."),
        toggle_field("suspend_esim", "Suspend the eSIM"),
        toggle_field("resume_esim", "Resume the eSIM"),
    ]
}

/// Builds the request from the values of the fields.
fn request(mut sent: Map<String, Value>) -> Map<String, Value> {
    let mut actions = Vec::new();
    for key in VALUES {
        if let Some(value) = sent.remove(key).filter(|value| !value.is_null()) {
            actions.push(json!({ key: value }));
        }
    }
    for key in LISTS {
        let tags = sent.remove(key);
        let tags = tags.as_ref().and_then(Value::as_array);
        actions.extend(tags.into_iter().flatten().map(|tag| json!({ key: tag })));
    }
    for key in TOGGLES {
        if sent.remove(key) == Some(Value::Bool(true)) {
            actions.push(Value::from(key));
        }
    }
    sent.insert("actions".to_owned(), Value::Array(actions));
    sent
}

/// Returns the values of the fields of a macro.
fn fields_of(of: &TicketMacro) -> Value {
    let mut values = Map::new();
    values.insert("name".to_owned(), Value::from(of.name.clone()));
    values.insert("reply".to_owned(), json!(of.reply));
    values.insert("note".to_owned(), json!(of.note));
    for action in &of.actions {
        let (key, value) = match action {
            MacroAction::SetStatus(status) => (action.name(), json!(status)),
            MacroAction::SetPriority(priority) => (action.name(), json!(priority)),
            MacroAction::Assign(id) => (action.name(), json!(id)),
            MacroAction::RequestRefund(reason) => (action.name(), json!(reason)),
            MacroAction::AddTag(tag) | MacroAction::RemoveTag(tag) => {
                let key = action.name();
                let mut tags = values.remove(key).unwrap_or_else(|| json!([]));
                if let Some(tags) = tags.as_array_mut() {
                    tags.push(Value::from(tag.clone()));
                }
                (key, tags)
            }
            MacroAction::AssignToMe
            | MacroAction::ResendDelivery
            | MacroAction::RefreshEsim
            | MacroAction::SuspendEsim
            | MacroAction::ResumeEsim => (action.name(), Value::Bool(true)),
        };
        values.insert(key.to_owned(), value);
    }
    Value::Object(values)
}
