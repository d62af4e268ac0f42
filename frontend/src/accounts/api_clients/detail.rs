//! One integrator's program: what it may do, from where, and its keys.

use super::{acts, end, mode, scopes, state};
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

/// Draws it.
pub fn screen(id: ApiClientId) -> AnyView {
    detail_page::<ApiClient>(id)
        .badge(state)
        .above(revoked)
        .edit(Permission::ApiClientsWrite, |client| {
            let living = client.state(now()) != ApiClientState::Revoked;
            living.then(|| format!("/accounts/api-clients/{}/edit", client.id))
        })
        .action(acts::rotate())
        .action(acts::revoke())
        .fact("Mode", mode)
        .fact("Last used", |client| {
            client
                .last_used_at
                .map_or_else(|| Value::text("Never"), Value::ago)
        })
        .fact("Key expiry", end)
        .fact("Created", |client| Value::time(client.created_at))
        .fact("Changed", |client| Value::ago(client.updated_at))
        .fact("Id", |client| Value::code(client.id.to_string()))
        .card("Permissions (own customers)", |client| Some(may(client)))
        .card("Calls from", |client| Some(from(client)))
        .card("Keys", |client| Some(keys(client)))
        .related(customers(id))
        .history("api_client")
        .show()
}

fn revoked(client: &ApiClient) -> Option<AnyView> {
    let since = Value::time(client.revoked_at?).view();
    let says = view! {
        <div class="banner" role="note" data-tone="bad"><p><strong>"Revoked"</strong>" since "{since}
            ". None of its keys opens anything any more; what it has ordered stays."</p></div>
    };
    Some(says.into_any())
}

/// What its scopes let it do, section by section.
fn may(client: &ApiClient) -> AnyView {
    let has = |word: &str| client.scopes.iter().any(|scope| scope.as_str() == word);
    let groups = scopes().into_iter().filter_map(|group| {
        let words = group.words.into_iter().filter(|(word, _)| has(word));
        let (words, means): (Vec<_>, Vec<_>) = words.unzip();
        let value = Value::text(means.join(" · ")).note(words.join(", "));
        (!words.is_empty()).then_some((group.title, value))
    });
    facts(groups.collect())
}

fn from(client: &ApiClient) -> AnyView {
    if client.networks.is_empty() {
        return view! { <p class="muted">"Anywhere. Name its networks, and a key that is lost opens nothing elsewhere."</p> }.into_any();
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
        .empty("Has not created a customer yet.")
}

fn keys(client: &ApiClient) -> AnyView {
    let out = client.state(now()) != ApiClientState::Active;
    let columns: [Column<ApiKey>; 4] = [
        text("Prefix", |key: &ApiKey| format!("{}…", key.prefix)),
        badge("State", move |key: &ApiKey| in_force(key, out)),
        moment("Made", |key: &ApiKey| Some(key.created_at)),
        moment("Ends", |key: &ApiKey| key.expires_at),
    ];
    table_of(&client.keys, &columns)
}

fn in_force(key: &ApiKey, out: bool) -> (&'static str, Tone) {
    match key.expires_at {
        _ if out => ("ended", Tone::Neutral),
        Some(end) if end <= now() => ("ended", Tone::Neutral),
        Some(_) => ("ending", Tone::Waiting),
        None => ("in_force", Tone::Good),
    }
}
