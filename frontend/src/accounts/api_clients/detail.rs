//! The page of one API client: its permissions, its networks and its keys.

use super::{actions, expiry, mode, scopes, state};
use kit::{
    format::now,
    page::{Related, detail_page, related, table_of},
    table::{Column, ago, moment, state as badge, text},
    ui::{Tone, Value, facts},
};
use leptos::prelude::*;
use wire::{
    ApiClientId, Permission,
    accounts::{
        api_clients::{ApiClient, ApiClientState, ApiKey},
        users::{User, UserFilter},
    },
};

/// Draws the detail page.
pub fn screen(id: ApiClientId) -> AnyView {
    detail_page::<ApiClient>(id)
        .badge(state)
        .above(revoked)
        .edit(Permission::ApiClientsWrite, |client| {
            let is_usable = client.state(now()) != ApiClientState::Revoked;
            is_usable.then(|| format!("/accounts/api-clients/{}/edit", client.id))
        })
        .action(actions::rotate())
        .action(actions::revoke())
        .fact("Mode", mode)
        .fact("Last used", |client| {
            client
                .last_used_at
                .map_or_else(|| Value::text("Never"), Value::ago)
        })
        .fact("Key expiry", expiry)
        .fact("Created", |client| Value::time(client.created_at))
        .fact("Updated", |client| Value::ago(client.updated_at))
        .fact("ID", |client| Value::code(client.id.to_string()))
        .card("Permissions (own customers)", |client| {
            Some(permissions(client))
        })
        .card("Allowed networks", |client| Some(networks(client)))
        .card("Keys", |client| Some(keys(client)))
        .related(customers(id))
        .history("api_client")
        .show()
}

fn revoked(client: &ApiClient) -> Option<AnyView> {
    let since = Value::time(client.revoked_at?).view();
    let text = view! {
        <div class="banner" role="note" data-tone="bad"><p><strong>"Revoked"</strong>" since "{since}
            ". All its keys are invalid. Its orders are not affected."</p></div>
    };
    Some(text.into_any())
}

/// Lists the permissions that its scopes grant, section by section.
fn permissions(client: &ApiClient) -> AnyView {
    let has = |word: &str| client.scopes.iter().any(|scope| scope.as_str() == word);
    let groups = scopes().into_iter().filter_map(|group| {
        let words = group.words.into_iter().filter(|(word, _)| has(word));
        let (words, means): (Vec<_>, Vec<_>) = words.unzip();
        let value = Value::text(means.join(" · ")).note(words.join(", "));
        (!words.is_empty()).then_some((group.title, value))
    });
    facts(groups.collect())
}

fn networks(client: &ApiClient) -> AnyView {
    if client.networks.is_empty() {
        return view! { <p class="muted">"Any network. If you restrict the networks, a lost key does not work in other networks."</p> }.into_any();
    }
    let line = |net: &String| view! { <li><code>{net.clone()}</code></li> };
    view! { <ul class="lines">{client.networks.iter().map(line).collect_view()}</ul> }.into_any()
}

fn customers(id: ApiClientId) -> Related<User> {
    let of = UserFilter {
        client_id: Some(id),
        ..UserFilter::default()
    };
    related::<User>("Customers", Permission::UsersRead, of)
        .column(text("Name", User::full_name))
        .column(text("E-mail", |user: &User| user.email.clone()))
        .column(ago("Created", |user: &User| Some(user.created_at)))
        .opens(|user| format!("/accounts/users/{}", user.id))
        .all("/accounts/users")
        .empty("No customers yet.")
}

fn keys(client: &ApiClient) -> AnyView {
    let is_disabled = client.state(now()) != ApiClientState::Active;
    let columns: [Column<ApiKey>; 4] = [
        text("Prefix", |key: &ApiKey| format!("{}…", key.prefix)),
        badge("Status", move |key: &ApiKey| key_status(key, is_disabled)),
        moment("Created", |key: &ApiKey| Some(key.created_at)),
        moment("Expires", |key: &ApiKey| key.expires_at),
    ];
    table_of(&client.keys, &columns)
}

fn key_status(key: &ApiKey, is_disabled: bool) -> (&'static str, Tone) {
    match key.expires_at {
        _ if is_disabled => ("expired", Tone::Neutral),
        Some(end) if end <= now() => ("expired", Tone::Neutral),
        Some(_) => ("expiring", Tone::Waiting),
        None => ("active", Tone::Good),
    }
}
