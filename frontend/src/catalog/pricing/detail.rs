//! One price: what it earns, and when it holds.

use super::{Phase, margin, phase, standing, timeline};
use kit::{
    api, format,
    page::{act, detail_page},
    ui::{Icon, Value, facts},
};
use leptos::prelude::*;
use wire::{Permission, PriceId, catalog::pricing::Price};

/// Draws it.
pub fn screen(id: PriceId) -> AnyView {
    let end = act("End now", "ended", Permission::PricingWrite, |price: Price| async move { api::remove(&price).await })
        .asks("From now on the plan sells here for the global price, or not at all in this currency. Orders that were placed keep their price.")
        .when(|price| phase(price) == Phase::Running)
        .danger();
    detail_page::<Price>(id)
        .badge(standing)
        .edit(Permission::PricingWrite, |price| {
            (phase(price) == Phase::Ahead).then(|| format!("/catalog/pricing/{}/edit", price.id))
        })
        .link(
            "Change end date",
            Icon::Calendar,
            Permission::PricingWrite,
            |price| {
                (phase(price) == Phase::Running)
                    .then(|| format!("/catalog/pricing/{}/end", price.id))
            },
        )
        .link("New price", Icon::Plus, Permission::PricingWrite, |price| {
            (phase(price) != Phase::Ahead).then(|| {
                format!(
                    "/catalog/pricing/new?plan_id={}&region={}&currency={}",
                    price.plan_id, price.region, price.currency
                )
            })
        })
        .action(end)
        .fact("Plan", |price| {
            Value::text(price.plan_name.clone()).link(format!("/catalog/plans/{}", price.plan_id))
        })
        .fact("Other prices", |price| {
            Value::text("All of this plan")
                .link(format!("/catalog/pricing?plan_id={}", price.plan_id))
        })
        .fact("Region", |price| Value::text(format::place(&price.region)))
        .fact("Currency", |price| Value::text(price.currency.as_str()))
        .fact("From", |price| Value::time(price.effective_from))
        .fact("Until", |price| {
            price
                .effective_to
                .map_or_else(|| Value::text("Open"), Value::until)
        })
        .fact("Source", |price| match price.change_id {
            Some(id) => {
                Value::text("Bulk price change").link(format!("/catalog/price-changes/{id}"))
            }
            None => Value::text("Manual"),
        })
        .fact("Created", |price| Value::time(price.created_at))
        .fact("Id", |price| Value::code(price.id.to_string()))
        .card("Amounts", |price| Some(amounts(price)))
        .card("Why", |price| {
            price
                .note
                .clone()
                .map(|note| view! { <p class="prose">{note}</p> }.into_any())
        })
        .card("Over time", |price| Some(timeline::card(price)))
        .history("price")
        .show()
}

fn amounts(price: &Price) -> AnyView {
    let mut all = vec![("Price", Value::money(&price.selling_price, price.currency))];
    if let Some(cost) = &price.cost_price {
        all.push(("Cost", Value::money(cost, price.currency)));
        all.push((
            "Markup",
            Value::maybe(price.markup_percentage.as_ref().map(format::percent)),
        ));
        all.push((
            "Margin",
            Value::text(margin(cost, &price.selling_price, price.currency)),
        ));
    }
    facts(all)
}
