//! API clients: the programs of integrators, with their permissions, networks and keys.

mod actions;
mod detail;
mod form;
mod list;

use kit::{
    Screen,
    form::CheckGroup,
    format::now,
    ui::{OneTimeSecret, Tone, Value, show_one_time_secret},
};
use wire::{
    Permission,
    accounts::api_clients::{ApiClient, ApiClientMode, ApiClientState, IssuedApiKey, grantable},
};

/// The screens of API clients.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/accounts/api-clients",
        title: "API clients",
        needs: Permission::ApiClientsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/accounts/api-clients/new",
        title: "New API client",
        needs: Permission::ApiClientsWrite,
        view: |_| Some(form::create()),
    },
    Screen {
        path: "/accounts/api-clients/{id}",
        title: "API client",
        needs: Permission::ApiClientsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/accounts/api-clients/{id}/edit",
        title: "Edit",
        needs: Permission::ApiClientsWrite,
        view: |at| Some(form::edit(at.id()?)),
    },
];

/// Returns the status badge of a client.
fn state(client: &ApiClient) -> (&'static str, Tone) {
    let state = client.state(now());
    let tone = match state {
        ApiClientState::Active => Tone::Good,
        ApiClientState::Expired => Tone::Waiting,
        ApiClientState::Revoked => Tone::Bad,
    };
    (state.as_str(), tone)
}

fn mode(client: &ApiClient) -> Value {
    match client.mode {
        ApiClientMode::Live => Value::text("Live"),
        ApiClientMode::Test => Value::badge("Test", Tone::Info),
    }
}

/// Returns when the keys of a client expire.
fn expiry(client: &ApiClient) -> Value {
    client
        .expires_at
        .map_or_else(|| Value::text("Never"), Value::time)
}

/// Returns the scopes that a client can be granted, by section.
fn scopes() -> Vec<CheckGroup> {
    let mut groups: Vec<CheckGroup> = Vec::new();
    for permission in grantable() {
        let (title, word) = (
            section(permission),
            (
                permission.as_str(),
                permission.about().trim_end_matches('.'),
            ),
        );
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.words.push(word),
            None => groups.push(CheckGroup {
                title,
                words: vec![word],
            }),
        }
    }
    groups
}

fn section(permission: Permission) -> &'static str {
    let subject = permission.as_str().split(':').next();
    match subject.unwrap_or_default() {
        "users" | "kyc" => "Accounts",
        "esims" | "usage" => "eSIMs",
        "plans" | "pricing" | "promotions" => "Catalog",
        "orders" | "transactions" | "refunds" => "Billing",
        "tickets" | "articles" => "Support",
        _ => "Other",
    }
}

/// Shows a new key. The server does not return the key a second time.
fn show_key(issued: &IssuedApiKey) {
    show_one_time_secret(OneTimeSecret {
        title: format!("API key of {}", issued.client.name),
        text: "Copy the key now and store it in the program. It is shown only once. \
               Anyone who has the key can act as this client."
            .to_owned(),
        what: "key",
        secret: issued.key.clone(),
    });
}
