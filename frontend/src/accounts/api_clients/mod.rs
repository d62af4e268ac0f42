//! Integrators' programs: what each may do, from where, and its keys.

mod acts;
mod detail;
mod form;
mod list;

use kit::{
    Screen,
    form::Boxes,
    format::now,
    ui::{Once, Tone, Value, show_once},
};
use wire::{
    Permission,
    accounts::api_clients::{ApiClient, ApiClientMode, ApiClientState, IssuedKey, grantable},
};

/// The screens of clients.
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

/// Whether it can call.
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
        ApiClientMode::Test => Value::badge("Test", Tone::News),
    }
}

/// When its keys end.
fn end(client: &ApiClient) -> Value {
    client
        .expires_at
        .map_or_else(|| Value::text("Never"), Value::time)
}

/// What a client may be given, by section.
fn scopes() -> Vec<Boxes> {
    let mut groups: Vec<Boxes> = Vec::new();
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
            None => groups.push(Boxes {
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

/// The key, this once.
fn show_key(issued: &IssuedKey) {
    show_once(Once {
        title: format!("The key of {}", issued.client.name),
        says: "Store it where the program finds it, now: it is shown this once, and nobody can look it up again. \
               Whoever has it acts as this client."
            .to_owned(),
        what: "key",
        secret: issued.key.clone(),
    });
}
