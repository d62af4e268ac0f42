//! Which provider supplies an eSIM, and why.

use kit::{
    page::table_of,
    table::{code, money, state, value},
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::integrations::routing::{RoutingCandidate, RoutingDecision, RoutingReason};

/// Draws the candidates of a decision, the best first.
pub fn candidates(decision: &RoutingDecision) -> AnyView {
    if decision.candidates.is_empty() {
        return view! { <p class="muted">"No provider has an offer for this plan."</p> }.into_any();
    }
    let chosen = decision.chosen_offer_id;
    let columns = [
        value("Provider", |one: &RoutingCandidate| {
            Value::text(one.provider_name.clone())
                .link(format!("/integrations/providers/{}", one.provider_id))
        }),
        state("Result", move |one: &RoutingCandidate| {
            result(one, chosen == Some(one.offer_id))
        }),
        code("SKU", |one: &RoutingCandidate| one.sku.clone()),
        money("Cost", |one: &RoutingCandidate| {
            (Some(one.cost.clone()), one.currency)
        }),
        value("Priority", |one: &RoutingCandidate| {
            Value::text(format!(
                "{} / {}",
                one.offer_priority, one.provider_priority
            ))
            .hint("Of the offer, then of the provider")
        })
        .figures(),
    ];
    table_of(&decision.candidates, &columns)
}

const fn result(one: &RoutingCandidate, is_chosen: bool) -> (&'static str, Tone) {
    match one.reason {
        RoutingReason::Eligible if is_chosen => ("Chosen", Tone::Good),
        RoutingReason::Eligible => ("Can supply", Tone::Info),
        reason if reason.is_temporary() => (reason.label(), Tone::Waiting),
        reason => (reason.label(), Tone::Neutral),
    }
}

/// Returns the decision as text, one line per candidate.
pub fn describe(decision: &RoutingDecision) -> String {
    let line = |one: &RoutingCandidate| {
        let is_chosen = decision.chosen_offer_id == Some(one.offer_id);
        format!("{}: {}", one.provider_name, result(one, is_chosen).0)
    };
    let lines = decision.candidates.iter().map(line);
    lines.collect::<Vec<_>>().join("\n")
}
