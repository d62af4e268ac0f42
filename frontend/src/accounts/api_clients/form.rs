//! The form of an API client: new and edit.

use super::{scopes, show_key};
use kit::{
    form::{Field, checks_field, choice_field, end_field, lines_field, text_field},
    page::{NotEditable, form_page},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    ApiClientId,
    accounts::api_clients::{ApiClient, ApiClientMode, EditApiClient, IssuedApiKey, NewApiClient},
};

/// Draws the form for a new client. After the client is created, its key is shown once.
pub fn create() -> AnyView {
    let form =
        form_page::<IssuedApiKey, NewApiClient, NotEditable>(None).begin(json!({ "mode": "test" }));
    sections()
        .into_iter()
        .fold(form, |form, (title, hint, fields)| {
            form.section(title, hint, fields)
        })
        .then(show_key)
        .show()
}

/// Draws the form for an existing client.
pub fn edit(id: ApiClientId) -> AnyView {
    let form = form_page::<ApiClient, NewApiClient, EditApiClient>(Some(id));
    sections()
        .into_iter()
        .fold(form, |form, (title, hint, fields)| {
            form.section(title, hint, fields)
        })
        .show()
}

type Section = (&'static str, &'static str, Vec<Field>);

fn sections() -> [Section; 3] {
    [
        (
            "Client",
            "An integrator's program that calls the API with a key.",
            vec![
                text_field("name", "Name")
                    .example("Travel shop")
                    .help("The integrator, or what the client is for."),
                choice_field("mode", "Mode", ApiClientMode::WORDS)
                    .help("A test client can only place orders that charge and buy nothing. The mode cannot be changed later.")
                    .full()
                    .only_new(),
            ],
        ),
        (
            "Scopes",
            "The permissions of the client. It can access only the customers that it creates.",
            vec![checks_field("scopes", "Scopes", scopes())],
        ),
        (
            "Limits",
            "The networks from which its keys work, and their expiry.",
            vec![
                lines_field("networks", "Allowed networks")
                    .example("203.0.113.0/24")
                    .help("CIDR blocks or single addresses, one per line. Leave empty for any address.")
                    .optional(),
                end_field("expires_at", "Key expiry")
                    .help("Leave empty for none.")
                    .optional()
                    .full(),
            ],
        ),
    ]
}
