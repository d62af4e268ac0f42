//! The health of a provider, and what is lost when it is off.

use kit::{
    api,
    format::{ago, decimal, now},
    page::{load_on, table_of},
    table::{count, value},
    task,
    ui::{Tone, Value, card, facts},
};
use leptos::prelude::*;
use wire::{
    ProviderId, Resource,
    integrations::{
        providers::Provider,
        routing::{CircuitState, ImpactedPlan, ProviderHealth, ProviderImpact},
    },
};

/// Draws the health from the last calls. A change of `reload` reloads it.
pub fn health(id: ProviderId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/health", Provider::PATH);
        task(async move { api::get::<ProviderHealth>(&path).await })
    };
    card("Health", load_on(reload, fetch, |health| draw(&health)))
}

fn draw(health: &ProviderHealth) -> AnyView {
    let milliseconds = |ms: Option<i32>| Value::maybe(ms.map(|ms| format!("{ms} ms")));
    let circuit = match health.circuit {
        CircuitState::Closed => Value::badge("Closed", Tone::Good).note("Orders are sent"),
        CircuitState::Open => {
            let until = health
                .open_until
                .map(|until| format!("Next try {}", kit::format::distance(until, now())));
            Value::badge("Open", Tone::Bad).note(until.unwrap_or_default())
        }
        CircuitState::HalfOpen => {
            Value::badge("Half-open", Tone::Waiting).note("The next order is the test")
        }
    };
    let error = match (&health.last_error, health.last_error_at) {
        (Some(error), Some(at)) => Value::text(error.clone()).note(ago(at, now())),
        _ => Value::absent(),
    };
    facts(vec![
        ("Circuit breaker", circuit),
        (
            "Answered calls",
            Value::maybe(
                health
                    .success_percent
                    .as_ref()
                    .map(|share| format!("{} % of the last {}", decimal(share), health.calls)),
            ),
        ),
        ("Median duration", milliseconds(health.p50_ms)),
        ("95 % are below", milliseconds(health.p95_ms)),
        ("Last success", Value::maybe_time(health.last_success_at)),
        ("Last error", error),
        ("Open requests", Value::count(health.open_requests)),
    ])
}

/// Draws what is lost when the provider is off. A change of `reload` reloads it.
pub fn impact(id: ProviderId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/impact", Provider::PATH);
        task(async move { api::get::<ProviderImpact>(&path).await })
    };
    card(
        "If this provider is off",
        load_on(reload, fetch, |impact| lost(&impact)),
    )
}

fn lost(impact: &ProviderImpact) -> AnyView {
    let sentence = match (impact.plans, impact.lost_plans) {
        (0, _) => "No plan on sale depends on this provider.".to_owned(),
        (plans, 0) => format!("Other providers supply each of its {plans} plans on sale."),
        (plans, lost) => format!(
            "{lost} of {plans} plans on sale have no other provider. They are sold from stock only."
        ),
    };
    let open = (impact.open_units > 0).then(|| {
        format!(
            " {} ordered eSIMs wait for its answer; they are asked about even while it is paused.",
            impact.open_units
        )
    });
    let columns = [
        value("Plan", |plan: &ImpactedPlan| {
            Value::text(plan.plan_name.clone()).link(format!("/catalog/plans/{}", plan.plan_id))
        }),
        count("Other offers", |plan: &ImpactedPlan| plan.other_offers),
        count("In stock", |plan: &ImpactedPlan| plan.stock),
    ];
    let first: Vec<ImpactedPlan> = impact.impacted.iter().take(10).cloned().collect();
    let table = (!first.is_empty()).then(|| table_of(&first, &columns));
    view! { <div class="bundles"><p>{sentence}{open}</p>{table}</div> }.into_any()
}
