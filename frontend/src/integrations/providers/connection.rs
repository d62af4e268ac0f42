//! The connection to a provider: tests, the balance, the catalog, the webhooks, and what the integration can do.

use kit::{
    api::{self, Call},
    format::{ago, money, now, sentence},
    ids,
    page::load_with_reload,
    session, task,
    ui::{ButtonVariant, Icon, Row, Tone, Value, card, copyable, facts, rows, task_button},
};
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};
use wire::{
    Permission, ProviderId, Resource,
    integrations::providers::{
        AdapterCapabilities, Provider, ProviderConnection, ProviderRun, ProviderRunStatus,
    },
};

type Reload = Arc<dyn Fn() + Send + Sync>;

/// Draws the card.
pub fn connection(id: ProviderId) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/connection", Provider::PATH);
        task(async move { api::get::<ProviderConnection>(&path).await })
    };
    card(
        "Connection",
        load_with_reload(fetch, move |connection: ProviderConnection, reload| {
            draw(id, connection, reload)
        }),
    )
}

fn draw(id: ProviderId, connection: ProviderConnection, reload: Reload) -> AnyView {
    follow(&connection, &reload);
    let can = &connection.capabilities;
    let base = format!("{}/{id}", Provider::PATH);
    let mut all = vec![Row {
        icon: Icon::Zap,
        title: "Connection test".to_owned(),
        state: connection.last_test.as_ref().map(run_state),
        text: connection
            .last_test
            .as_ref()
            .map_or_else(|| "Never tested.".to_owned(), run_text),
        hint: None,
        action: run_button("Test", format!("{base}/test"), &reload),
    }];
    if can.has_balance {
        let text = match &connection.balance {
            Some(balance) => format!(
                "{}, {}",
                money(&balance.amount, balance.currency),
                ago(balance.read_at, now())
            ),
            None => connection
                .last_balance
                .as_ref()
                .map_or_else(|| "Not read yet.".to_owned(), run_text),
        };
        let is_low = connection
            .balance
            .as_ref()
            .is_some_and(|balance| balance.is_low);
        all.push(Row {
            icon: Icon::CreditCard,
            title: "Balance".to_owned(),
            state: is_low.then_some(("Low", Tone::Bad)),
            text,
            hint: None,
            action: run_button("Read", format!("{base}/balance"), &reload),
        });
    }
    if can.has_catalog {
        all.push(Row {
            icon: Icon::FileSpreadsheet,
            title: "Catalog".to_owned(),
            state: connection.last_sync.as_ref().map(run_state),
            text: connection
                .last_sync
                .as_ref()
                .map_or_else(|| "Never read.".to_owned(), run_text),
            hint: None,
            action: catalog_action(&connection, format!("{base}/sync"), &reload),
        });
    }
    let webhook = connection.webhook_url.clone().map(|url| {
        view! { <h3>"Webhook address"</h3>
            <p class="muted">"Enter it at the provider, and keep it secret: the token in it protects the webhooks of providers that do not sign."</p>
            <p>{copyable(url)}</p> }
    });
    view! { <div class="bundles">{rows(all)}{webhook}<h3>"What this integration can do"</h3>{capabilities(can)}</div> }
        .into_any()
}

/// Loads the connection again while a run is not done.
fn follow(connection: &ProviderConnection, reload: &Reload) {
    let runs = [
        &connection.last_test,
        &connection.last_balance,
        &connection.last_sync,
    ];
    if runs.into_iter().flatten().any(|run| !run.status.is_final()) {
        let reload = Arc::clone(reload);
        set_timeout(move || reload(), Duration::from_secs(2));
    }
}

/// Draws the button that requests a run; nothing for users who may not.
pub fn run_button(label: &'static str, path: String, reload: &Reload) -> Option<AnyView> {
    if !untrack(|| session::can(Permission::ProvidersWrite)) {
        return None;
    }
    let reload = Arc::clone(reload);
    let run = move || {
        let (path, reload) = (path.clone(), Arc::clone(&reload));
        task(async move {
            api::send(Call::post(path).idempotency_key(&ids::uuid())).await?;
            reload();
            Ok(())
        })
    };
    Some(task_button(
        label,
        ButtonVariant::Plain,
        None,
        "Requested",
        run,
    ))
}

fn catalog_action(
    connection: &ProviderConnection,
    path: String,
    reload: &Reload,
) -> Option<AnyView> {
    let compared = connection
        .last_sync
        .as_ref()
        .and_then(|run| run.price_list_id)
        .map(|id| view! { <a class="btn quiet sm" href=format!("/catalog/price-lists/{id}")>"Compare"</a> });
    let read = run_button("Read", path, reload);
    Some(view! { <div class="actions">{compared}{read}</div> }.into_any())
}

/// Returns the badge of a run.
pub fn run_state(run: &ProviderRun) -> (&'static str, Tone) {
    match run.status {
        ProviderRunStatus::Queued => ("Queued", Tone::Neutral),
        ProviderRunStatus::Running => ("Running", Tone::Waiting),
        ProviderRunStatus::Succeeded => ("OK", Tone::Good),
        ProviderRunStatus::Failed => ("Failed", Tone::Bad),
    }
}

/// Returns the outcome of a run and its age.
pub fn run_text(run: &ProviderRun) -> String {
    let at = ago(run.finished_at.unwrap_or(run.created_at), now());
    let progress =
        (!run.status.is_final() && run.items > 0).then(|| format!("{} read so far", run.items));
    let duration = run.duration_ms.map(|ms| format!("{ms} ms"));
    let parts = [run.message.clone(), progress, duration, Some(at)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn capabilities(can: &AdapterCapabilities) -> AnyView {
    let known = |yes| {
        Value::text(if yes {
            "Yes"
        } else {
            "Not offered by the provider"
        })
    };
    let minutes = can.usage_age_seconds / 60;
    let usage = match (can.has_usage, minutes) {
        (false, _) => known(false),
        (true, 0) => known(true),
        (true, minutes) => known(true).note(format!("Up to {minutes} minutes old")),
    };
    facts(vec![
        ("Adapter", Value::text(sentence(can.adapter.as_str()))),
        ("Top-ups", known(can.can_top_up)),
        ("Catalog", known(can.has_catalog)),
        ("Data usage", usage),
        ("State on the phone", known(can.has_profile_state)),
        ("Suspend and resume", known(can.can_suspend)),
        ("Cancel", known(can.can_cancel)),
        ("Balance", known(can.has_balance)),
        ("Webhooks", known(can.has_webhooks)),
        (
            "Calls per second",
            Value::count(i64::from(can.calls_per_second)),
        ),
    ])
}
