//! The prices of a plan for one region and currency over time, and why the one of today is the one.

use crate::catalog::plans::lanes;
use kit::{
    api,
    chart::windows,
    format,
    page::{once, table_of},
    table::{day, state, text, until, value},
    task,
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::catalog::{
    plans::{QuoteCandidate, QuoteExplained, QuoteReason},
    pricing::Price,
};

/// Draws it of the plan, region and currency of this price.
pub fn card(price: &Price) -> AnyView {
    let address = api::with_query(
        &format!("/v1/plans/{}/quote/explained", price.plan_id),
        &[
            ("region", price.region.clone()),
            ("currency", price.currency.to_string()),
        ],
    );
    let ask = move || {
        let address = address.clone();
        task(async move { api::get::<QuoteExplained>(&address).await })
    };
    once(ask, |told| {
        let prices: Vec<Price> = told
            .candidates
            .iter()
            .map(|one| one.price.clone())
            .collect();
        let line = windows("Prices over time", lanes(&prices), format::now());
        view! { {line}<h3 class="why">"Why this price now"</h3><p class="prose">{told.sentence.clone()}</p>{considered(&told)} }
            .into_any()
    })
}

fn considered(told: &QuoteExplained) -> AnyView {
    let columns = [
        value("Price", |one: &QuoteCandidate| {
            let price = &one.price;
            Value::money(&price.selling_price, price.currency)
                .link(format!("/catalog/pricing/{}", price.id))
        }),
        text("Region", |one: &QuoteCandidate| {
            format::place(&one.price.region)
        }),
        state("Outcome", |one: &QuoteCandidate| {
            let tone = if one.reason == QuoteReason::Taken {
                Tone::Good
            } else {
                Tone::Neutral
            };
            (one.reason.as_str(), tone)
        }),
        day("From", |one: &QuoteCandidate| {
            Some(one.price.effective_from)
        }),
        until("Until", |one: &QuoteCandidate| one.price.effective_to),
    ];
    table_of(&told.candidates, &columns)
}
