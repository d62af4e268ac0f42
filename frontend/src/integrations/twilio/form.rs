//! The form of a Twilio account: new and edit.

use kit::{
    form::{Draft, code_field, named_choice_field, secret_field, text_field},
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    TwilioConfigId,
    integrations::twilio::{EditTwilioConfig, KORE_API, NewTwilioConfig, TWILIO_API, TwilioConfig},
};

const MODES: &[(&str, &str)] = &[
    ("oauth2_client_credentials", "KORE: client credentials"),
    ("basic", "Twilio: account or API key"),
];

/// Draws the form, for an existing account or a new one.
pub fn screen(id: Option<TwilioConfigId>) -> AnyView {
    let keeps = match id {
        None => "Stored encrypted and never shown again.",
        Some(_) => {
            "Leave empty to keep the current value. Webhooks that are signed with the old one are accepted for a day."
        }
    };
    form_page::<TwilioConfig, NewTwilioConfig, EditTwilioConfig>(id)
        .begin(json!({ "auth_mode": "oauth2_client_credentials", "api_base_url": KORE_API }))
        .section(
            "Account",
            "Super SIM moved from Twilio to KORE. Older accounts may still be at Twilio.",
            [
                code_field("account_sid", "Account SID")
                    .example("AC00000000000000000000000000000000")
                    .help("AC and 32 hexadecimal digits.")
                    .only_new(),
                named_choice_field("auth_mode", "Authentication", MODES)
                    .full()
                    .sets(|draft| {
                        let host = if is_basic(draft) { TWILIO_API } else { KORE_API };
                        vec![("api_base_url", host.to_owned())]
                    }),
                text_field("api_base_url", "API URL"),
            ],
        )
        .section(
            "Secrets",
            "What the server signs in with.",
            [
                code_field("api_key", "API key or client ID")
                    .optional()
                    .help("At Twilio the SID of the API key (SK…), at KORE the client ID."),
                secret_field("api_secret", "Secret of the API key or client")
                    .optional()
                    .help(keeps),
                secret_field("auth_token", "Auth token")
                    .optional()
                    .help("Twilio signs webhooks with it.")
                    .shown_if(is_basic),
            ],
        )
        .section(
            "Webhooks",
            "How the server knows that a webhook is genuine. The page of the account shows the address to enter.",
            [
                secret_field("webhook_secret", "Webhook secret")
                    .optional()
                    .help("KORE signs webhooks with it.")
                    .shown_if(|draft| !is_basic(draft)),
                text_field("webhook_url", "Webhook URL")
                    .optional()
                    .help("Only if the address that is entered at Twilio differs from the one that the page shows."),
            ],
        )
        .show()
}

fn is_basic(draft: &Draft) -> bool {
    draft.text("auth_mode") == "basic"
}
