//! The form of a rule.

use crate::support::staff;
use kit::{
    form::{choice_field, lines_field, number_field, picker_field, text_field, toggle_field},
    page::form_page,
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use wire::{
    TicketRuleId,
    support::{
        macros::{NewTicketRule, TicketRule},
        tickets::{TicketChannel, TicketPriority},
    },
};

/// Draws the form, for an existing rule or a new one.
pub fn screen(id: Option<TicketRuleId>) -> AnyView {
    form_page::<TicketRule, NewTicketRule, NewTicketRule>(id)
        .begin(json!({ "position": 10, "is_active": true }))
        .make(request)
        .shaped_by(fields_of)
        .section(
            "Rule",
            "All active rules that match apply, in their order. A later rule replaces the assignee, the priority and the category of an earlier one.",
            [
                text_field("name", "Name").example("Refund requests"),
                number_field("position", "Place").help("Rules with a lower number apply first."),
                toggle_field("is_active", "Active"),
            ],
        )
        .section(
            "When",
            "The rule applies when all of these are true. Leave a field empty for any value.",
            [
                choice_field("conditions.channel", "Channel", TicketChannel::WORDS).optional(),
                choice_field("conditions.priority", "Priority", TicketPriority::WORDS).optional(),
                text_field("conditions.category", "Category").optional(),
                lines_field("conditions.words", "Words")
                    .help("One per line. The subject or the description contains one of them."),
            ],
        )
        .section(
            "Then",
            "What happens to the new ticket.",
            [
                picker_field("actions.assign_to", "Assign to", staff::source()).optional(),
                choice_field("actions.priority", "Set priority", TicketPriority::WORDS).optional(),
                text_field("actions.category", "Set category").half().optional(),
                lines_field("actions.tags", "Add tags").help("One per line."),
            ],
        )
        .show()
}

/// Builds the request from the values of the fields: an empty list is no condition and no action.
fn request(mut sent: Map<String, Value>) -> Map<String, Value> {
    for part in ["conditions", "actions"] {
        let given = sent.remove(part).unwrap_or_default();
        let mut values = given.as_object().cloned().unwrap_or_default();
        values.retain(|_, value| {
            let is_empty = value.as_array().is_some_and(Vec::is_empty);
            !is_empty && !value.is_null()
        });
        sent.insert(part.to_owned(), Value::Object(values));
    }
    sent
}

/// Returns the values of the fields of a rule.
fn fields_of(rule: &TicketRule) -> Value {
    let mut values = Map::new();
    values.insert("name".to_owned(), Value::from(rule.name.clone()));
    values.insert("position".to_owned(), Value::from(rule.position));
    values.insert("is_active".to_owned(), Value::from(rule.is_active));
    for (part, of) in [
        ("conditions", json!(rule.conditions)),
        ("actions", json!(rule.actions)),
    ] {
        for (key, value) in of.as_object().into_iter().flatten() {
            values.insert(format!("{part}.{key}"), value.clone());
        }
    }
    Value::Object(values)
}
