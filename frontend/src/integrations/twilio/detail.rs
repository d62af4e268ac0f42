//! The page of one Twilio account: its secrets, its connection and its syncs.

use super::{list::auth_mode, status};
use crate::integrations::providers::connection::{run_button, run_state, run_text};
use kit::{
    api,
    page::{Action, action, detail_page, load_with_reload},
    task,
    ui::{Icon, Row, Value, card, copyable, rows},
};
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};
use wire::{
    Permission, Resource, TwilioConfigId,
    integrations::twilio::{TwilioConfig, TwilioConnection},
};

/// Draws the detail page.
pub fn screen(id: TwilioConfigId) -> AnyView {
    detail_page::<TwilioConfig>(id)
        .badge(status)
        .subtitle(|account| auth_mode(account.auth_mode).to_owned())
        .edit(Permission::ProvidersWrite, |account| {
            Some(format!("/integrations/twilio/{}/edit", account.id))
        })
        .action(activate())
        .action(remove())
        .part(move |_| connection(id))
        .history("twilio_config")
        .fact("API URL", |account| {
            Value::code(account.api_base_url.clone())
        })
        .fact("API key or client ID", |account| {
            account
                .api_key
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("Its secret", |account| {
            secret(account.api_secret_last4.as_deref())
        })
        .fact("Auth token", |account| {
            secret(account.auth_token_last4.as_deref())
        })
        .fact("Webhook secret", |account| {
            secret(account.webhook_secret_last4.as_deref())
        })
        .fact("Old secrets accepted until", |account| {
            Value::maybe_time(account.previous_until)
        })
        .fact("Last sync", |account| {
            Value::maybe_time(account.last_sync_at)
        })
        .fact("Created", |account| Value::time(account.created_at))
        .fact("Updated", |account| Value::ago(account.updated_at))
        .fact("ID", |account| Value::code(account.id.to_string()))
        .show()
}

/// Returns a secret that is stored: its last four characters.
fn secret(last4: Option<&str>) -> Value {
    last4.map_or_else(
        || Value::text("Not set"),
        |last4| {
            Value::text(format!("•••• {last4}"))
                .hint("Encrypted. It can be replaced but not shown.")
        },
    )
}

/// Makes the account the active one.
fn activate() -> Action<TwilioConfig> {
    action(
        "Activate",
        "active",
        Permission::ProvidersRotate,
        |account: TwilioConfig| async move { api::post_action(&account, "activate", &()).await },
    )
    .asks("Orders of Super SIM use this account from now on. The account that was active becomes inactive; eSIMs that were ordered with it are still looked up with it.")
    .when(|account| !account.is_active)
    .icon(Icon::CircleCheck)
    .primary()
}

fn remove() -> Action<TwilioConfig> {
    action(
        "Delete",
        "deleted",
        Permission::ProvidersWrite,
        |account: TwilioConfig| async move { api::remove(&account).await },
    )
    .asks("The account and its secrets are removed. The account at Twilio or KORE is not touched.")
    .when(|account| !account.is_active)
    .icon(Icon::Trash2)
    .danger()
}

fn connection(id: TwilioConfigId) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/connection", TwilioConfig::PATH);
        task(async move { api::get::<TwilioConnection>(&path).await })
    };
    card(
        "Connection",
        load_with_reload(fetch, move |connection: TwilioConnection, reload| {
            draw(id, connection, reload)
        }),
    )
}

fn draw(
    id: TwilioConfigId,
    connection: TwilioConnection,
    reload: Arc<dyn Fn() + Send + Sync>,
) -> AnyView {
    let runs = [&connection.last_test, &connection.last_sync];
    if runs.into_iter().flatten().any(|run| !run.status.is_final()) {
        let reload = Arc::clone(&reload);
        set_timeout(move || reload(), Duration::from_secs(2));
    }
    let base = format!("{}/{id}", TwilioConfig::PATH);
    let all = vec![
        Row {
            icon: Icon::Zap,
            title: "Connection test".to_owned(),
            state: connection.last_test.as_ref().map(run_state),
            text: connection
                .last_test
                .as_ref()
                .map_or_else(|| "Never tested.".to_owned(), run_text),
            hint: None,
            action: run_button("Test", format!("{base}/test"), &reload),
        },
        Row {
            icon: Icon::CardSim,
            title: "SIMs of the account".to_owned(),
            state: connection.last_sync.as_ref().map(run_state),
            text: connection
                .last_sync
                .as_ref()
                .map_or_else(|| "Never read into the inventory.".to_owned(), run_text),
            hint: None,
            action: run_button("Sync", format!("{base}/sync"), &reload),
        },
    ];
    let webhook = match connection.webhook_url {
        Some(url) => view! { <h3>"Webhook address"</h3><p class="muted">"Enter it for callbacks at Twilio or KORE."</p><p>{copyable(url)}</p> }.into_any(),
        None => view! { <p class="muted">"Add a provider with the adapter Super SIM: it orders with this account, and its webhooks have an address."</p> }.into_any(),
    };
    view! { <div class="bundles">{rows(all)}{webhook}
    <p><a class="link" href="/integrations/runs">"All tests and syncs"</a></p></div> }
    .into_any()
}
