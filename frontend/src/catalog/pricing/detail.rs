//! The page of one price: its margin and its validity.

use super::{Phase, margin, phase, status, timeline};
use kit::{
    api, format,
    page::{action, detail_page},
    ui::{Icon, Value, facts},
};
use leptos::prelude::*;
use wire::{Permission, PriceId, catalog::pricing::Price};

/// Draws the detail page.
pub fn screen(id: PriceId) -> AnyView {
    let end = action("End now", "ended", Permission::PricingWrite, |price: Price| async move { api::remove(&price).await })
        .asks("The plan is then sold in this region at the global price. Without a global price in this currency, the plan is not sold in this currency. Existing orders keep their price.")
        .when(|price| phase(price) == Phase::Current)
        .danger();
    detail_page::<Price>(id)
        .badge(status)
        .edit(Permission::PricingWrite, |price| {
            (phase(price) == Phase::Upcoming).then(|| format!("/catalog/pricing/{}/edit", price.id))
        })
        .link(
            "Change end date",
            Icon::Calendar,
            Permission::PricingWrite,
            |price| {
                (phase(price) == Phase::Current)
                    .then(|| format!("/catalog/pricing/{}/end", price.id))
            },
        )
        .link("New price", Icon::Plus, Permission::PricingWrite, |price| {
            (phase(price) != Phase::Upcoming).then(|| {
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
            Value::text("All prices of this plan")
                .link(format!("/catalog/pricing?plan_id={}", price.plan_id))
        })
        .fact("Region", |price| {
            Value::text(format::region_name(&price.region))
        })
        .fact("Currency", |price| Value::text(price.currency.as_str()))
        .fact("From", |price| Value::time(price.effective_from))
        .fact("Until", |price| {
            price
                .effective_to
                .map_or_else(|| Value::text("No end"), Value::until)
        })
        .fact("Source", |price| match price.change_id {
            Some(id) => {
                Value::text("Bulk price change").link(format!("/catalog/price-changes/{id}"))
            }
            None => Value::text("Manual"),
        })
        .fact("Created", |price| Value::time(price.created_at))
        .fact("ID", |price| Value::code(price.id.to_string()))
        .card("Amounts", |price| Some(amounts(price)))
        .card("Note", |price| {
            price
                .note
                .clone()
                .map(|note| view! { <p class="prose">{note}</p> }.into_any())
        })
        .card("Prices over time", |price| Some(timeline::card(price)))
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
