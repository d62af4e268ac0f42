//! The list of API clients.

use super::{actions, expiry, mode, state as client_state};
use kit::{
    format::plural,
    page::list_page,
    table::{ago, choice, dates, day, state, text, value, yes_no},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::api_clients::{ApiClient, ApiClientMode, ApiClientSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<ApiClient>("API clients")
        .search("Search by name")
        .opens(|client| format!("/accounts/api-clients/{}", client.id))
        .column(
            value("Name", |client: &ApiClient| {
                let key = client.keys.first();
                Value::text(client.name.clone())
                    .note(key.map(|key| format!("{}…", key.prefix)).unwrap_or_default())
            })
            .sort(ApiClientSort::Name),
        )
        .column(state("Status", client_state))
        .column(value("Mode", mode))
        .column(
            text("Scopes", |client: &ApiClient| client.scopes.len().to_string())
                .figures()
                .wide(),
        )
        .column(text("Networks", |client: &ApiClient| networks(client)).wide())
        .column(
            ago("Last used", |client: &ApiClient| client.last_used_at)
                .sort(ApiClientSort::LastUsedAt),
        )
        .column(value("Expires", expiry).extra())
        .column(
            day("Created", |client: &ApiClient| Some(client.created_at))
                .sort(ApiClientSort::CreatedAt)
                .wide(),
        )
        .filter(choice("mode", "Mode", ApiClientMode::WORDS))
        .filter(yes_no("is_revoked", "Status", "Revoked", "Not revoked"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .action(actions::revoke())
        .new_button(
            "New client",
            "/accounts/api-clients/new",
            Permission::ApiClientsWrite,
        )
        .empty(
            "No API clients yet",
            "An API client is the program of an integrator. With its key, it sells to its own customers through the API.",
        )
        .show()
}

fn networks(client: &ApiClient) -> String {
    match client.networks.as_slice() {
        [] => "Any".to_owned(),
        [one] => one.clone(),
        several => plural(several.len(), "network", "networks"),
    }
}
