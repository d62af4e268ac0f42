//! The form of a provider: new and edit.

use kit::{
    form::{choice_field, number_field, secret_field, text_field, toggle_field},
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, ProviderId,
    integrations::providers::{EditProvider, NewProvider, Provider, ProviderAdapter},
};

/// Draws the form, for an existing provider or a new one.
pub fn screen(id: Option<ProviderId>) -> AnyView {
    let key = secret_field("api_key", "API key");
    let key = match id {
        None => key.help("Stored encrypted and never shown again."),
        Some(_) => {
            key.help("Leave empty to keep the current key. A new key replaces it immediately.")
        }
    };
    form_page::<Provider, NewProvider, EditProvider>(id)
        .begin(json!({ "priority": 1, "currency": "USD", "adapter": "simulator" }))
        .section(
            "Provider",
            "The company that supplies eSIMs.",
            [
                text_field("name", "Name").example("Simulated supplier"),
                text_field("provider_type", "Kind")
                    .example("Reseller")
                    .help("Free text.")
                    .optional(),
            ],
        )
        .section(
            "Connection",
            "How the server connects to the provider.",
            [
                choice_field("adapter", "Adapter", ProviderAdapter::WORDS).only_new(),
                choice_field("currency", "Currency", Currency::WORDS)
                    .help("The currency of the provider's costs.")
                    .only_new(),
                text_field("api_endpoint", "API URL")
                    .example("https://api.example.com")
                    .only_new(),
                key,
            ],
        )
        .section(
            "Use",
            "When orders use this provider.",
            [
                number_field("priority", "Priority")
                    .help("1 is used first, among offers with the same priority."),
                toggle_field("is_active", "Active")
                    .help("New orders use this provider.")
                    .only_edit(),
            ],
        )
        .show()
}
