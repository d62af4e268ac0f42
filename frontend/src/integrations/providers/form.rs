//! The form of a provider: new and edit.

use kit::{
    form::{
        Draft, choice_field, money_field, named_choice_field, number_field, secret_field,
        text_field, toggle_field,
    },
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, ProviderId,
    integrations::providers::{EditProvider, NewProvider, Provider},
};

const ADAPTERS: &[(&str, &str)] = &[
    ("simulator", "Simulator (development)"),
    ("airalo", "Airalo Partner API"),
    ("esim_go", "eSIM Go"),
    ("esim_access", "eSIM Access"),
    ("super_sim", "Super SIM (Twilio or KORE)"),
];

/// Draws the form, for an existing provider or a new one.
pub fn screen(id: Option<ProviderId>) -> AnyView {
    let key = secret_field("api_key", "API key").shown_if(|draft| adapter(draft) != "super_sim");
    let key = match id {
        None => key.help("At Airalo the client secret, at eSIM Access the access code. Stored encrypted and never shown again."),
        Some(_) => key.help("Leave empty to keep the current key. Webhooks that are signed with the old key are accepted for a day."),
    };
    let name = match id {
        None => "Stored encrypted and never shown again.",
        Some(_) => "Leave empty to keep the current value.",
    };
    form_page::<Provider, NewProvider, EditProvider>(id)
        .begin(json!({
            "priority": 1,
            "currency": "USD",
            "adapter": "simulator",
            "api_endpoint": default_endpoint("simulator"),
        }))
        .section(
            "Provider",
            "The company that supplies eSIMs.",
            [
                text_field("name", "Name").example("Airalo"),
                text_field("provider_type", "Kind")
                    .example("Reseller")
                    .help("Free text.")
                    .optional(),
            ],
        )
        .section(
            "Connection",
            "How the server connects to the provider. Test the connection on the page of the provider.",
            [
                named_choice_field("adapter", "Adapter", ADAPTERS)
                    .full()
                    .sets(|draft| vec![("api_endpoint", default_endpoint(adapter(draft)).to_owned())])
                    .live(|draft| (adapter(draft) == "super_sim").then(|| {
                        "The account and its secrets are those of the active Twilio configuration.".to_owned()
                    }))
                    .only_new(),
                text_field("api_endpoint", "API URL").example("https://api.example.com"),
                key,
                secret_field("credentials.client_id", "Client ID")
                    .help(name)
                    .shown_if(|draft| adapter(draft) == "airalo"),
                secret_field("credentials.secret_key", "Secret key")
                    .help(name)
                    .shown_if(|draft| adapter(draft) == "esim_access"),
                toggle_field("is_sandbox", "Sandbox")
                    .help("The account is a sandbox of the provider: its eSIMs do not work."),
                choice_field("currency", "Currency", Currency::WORDS)
                    .help("The currency of the provider's costs.")
                    .only_new(),
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
        .section(
            "Watch",
            "What the server does by itself.",
            [
                money_field("low_balance_threshold", "Low balance below")
                    .optional()
                    .help("In the currency of the balance. A case is opened once when the balance falls below it.")
                    .only_edit(),
                number_field("sync_interval_hours", "Read the catalog every")
                    .unit("hours")
                    .optional()
                    .help("The catalog is compared with your plans. Nothing is published without you.")
                    .only_edit(),
            ],
        )
        .show()
}

fn adapter(draft: &Draft) -> &str {
    draft.text("adapter")
}

/// Returns the API URL that a new provider starts with.
fn default_endpoint(adapter: &str) -> &'static str {
    match adapter {
        "airalo" => "https://partners-api.airalo.com",
        "esim_go" => "https://api.esim-go.com/v2.5",
        "esim_access" => "https://api.esimaccess.com",
        "super_sim" => "https://supersim.api.korewireless.com",
        _ => "https://simulator.invalid",
    }
}
