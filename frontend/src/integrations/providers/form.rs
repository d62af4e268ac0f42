//! A provider's form: new and edit.

use kit::{
    form::{choice_field, number_field, secret_field, text_field, toggle_field},
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, ProviderId,
    integrations::providers::{Adapter, EditProvider, NewProvider, Provider},
};

/// Draws it: for this provider, or for a new one.
pub fn screen(id: Option<ProviderId>) -> AnyView {
    let key = secret_field("api_key", "API key");
    let key = match id {
        None => key.help("Sealed at once and never shown again."),
        Some(_) => key.help(
            "Leave it empty to keep the key that is there. A new one takes its place at once.",
        ),
    };
    form_page::<Provider, NewProvider, EditProvider>(id)
        .begin(json!({ "priority": 1, "currency": "USD", "adapter": "simulator" }))
        .section(
            "Provider",
            "Whom we buy from.",
            [
                text_field("name", "Name").example("Simulated supplier"),
                text_field("provider_type", "Kind")
                    .example("Reseller")
                    .help("In your own words.")
                    .optional(),
            ],
        )
        .section(
            "Connection",
            "How we talk to it.",
            [
                choice_field("adapter", "Adapter", Adapter::WORDS).only_new(),
                choice_field("currency", "Currency", Currency::WORDS)
                    .help("Of what it charges us.")
                    .only_new(),
                text_field("api_endpoint", "API address")
                    .example("https://api.example.com")
                    .only_new(),
                key,
            ],
        )
        .section(
            "Use",
            "When it is asked.",
            [
                number_field("priority", "Priority")
                    .help("1 is asked first, among offers of the same priority."),
                toggle_field("is_active", "Active")
                    .help("It is asked for what is ordered.")
                    .only_edit(),
            ],
        )
        .show()
}
