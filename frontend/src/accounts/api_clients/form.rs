//! A client's form: new and edit.

use super::{scopes, show_key};
use kit::{
    form::{Field, checks_field, choice_field, end_field, lines_field, text_field},
    page::{Fixed, form_page},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    ApiClientId,
    accounts::api_clients::{ApiClient, ApiClientMode, EditApiClient, IssuedKey, NewApiClient},
};

/// Draws it for a new client; its key is shown once it is made.
pub fn create() -> AnyView {
    let form = form_page::<IssuedKey, NewApiClient, Fixed>(None).begin(json!({ "mode": "test" }));
    sections()
        .into_iter()
        .fold(form, |form, (title, hint, fields)| {
            form.section(title, hint, fields)
        })
        .then(show_key)
        .show()
}

/// Draws it for this client.
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
                    .help("Whose it is, or what it does."),
                choice_field("mode", "Mode", ApiClientMode::WORDS)
                    .help("A test client orders only where nothing is really charged or bought. It stays what it is.")
                    .full()
                    .only_new(),
            ],
        ),
        (
            "Scopes",
            "What it may do. It can access only the customers that it creates.",
            vec![checks_field("scopes", "What it may do", scopes())],
        ),
        (
            "Limits",
            "Where its keys work, and until when.",
            vec![
                lines_field("networks", "Networks")
                    .example("203.0.113.0/24")
                    .help("Blocks or single addresses, one on each line. Leave it empty for any address.")
                    .optional(),
                end_field("expires_at", "Key expiry")
                    .help("Leave it empty for none.")
                    .optional()
                    .full(),
            ],
        ),
    ]
}
