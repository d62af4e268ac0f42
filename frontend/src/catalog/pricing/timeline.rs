//! The prices of a plan for one region and currency over time, and the explanation of the current price.

use crate::catalog::plans::lanes;
use kit::{
    api,
    chart::periods,
    format,
    page::{load, table_of},
    table::{day, state, text, until, value},
    task,
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::catalog::{
    plans::{QuoteCandidate, QuoteExplanation, QuoteReason},
    pricing::Price,
};

/// Draws the timeline for the plan, region and currency of a price.
pub fn card(price: &Price) -> AnyView {
    let address = api::with_query(
        &format!("/v1/plans/{}/quote/explained", price.plan_id),
        &[
            ("region", price.region.clone()),
            ("currency", price.currency.to_string()),
        ],
    );
    let fetch = move || {
        let address = address.clone();
        task(async move { api::get::<QuoteExplanation>(&address).await })
    };
    load(fetch, |quote| {
        let prices: Vec<Price> = quote
            .candidates
            .iter()
            .map(|one| one.price.clone())
            .collect();
        let line = periods("Prices over time", lanes(&prices), format::now());
        view! { {line}<h3 class="why">"Why this price now"</h3><p class="prose">{quote.sentence.clone()}</p>{candidates(&quote)} }
            .into_any()
    })
}

fn candidates(quote: &QuoteExplanation) -> AnyView {
    let columns = [
        value("Price", |one: &QuoteCandidate| {
            let price = &one.price;
            Value::money(&price.selling_price, price.currency)
                .link(format!("/catalog/pricing/{}", price.id))
        }),
        text("Region", |one: &QuoteCandidate| {
            format::region_name(&one.price.region)
        }),
        state("Result", |one: &QuoteCandidate| result(one.reason)),
        day("From", |one: &QuoteCandidate| {
            Some(one.price.effective_from)
        }),
        until("Until", |one: &QuoteCandidate| one.price.effective_to),
    ];
    table_of(&quote.candidates, &columns)
}

/// Returns the badge that says why a price applies or not.
const fn result(reason: QuoteReason) -> (&'static str, Tone) {
    match reason {
        QuoteReason::Taken => ("applied", Tone::Good),
        QuoteReason::Overruled => ("overridden", Tone::Neutral),
        QuoteReason::Ahead => ("upcoming", Tone::Neutral),
        QuoteReason::Over => ("expired", Tone::Neutral),
    }
}
