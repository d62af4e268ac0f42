//! What a promotion has brought: what came in, what it cost, and whether it won customers.

use kit::{
    api::{self, with_query},
    format::{count, money},
    page::{loaded, table_of},
    table,
    table::Column,
    task,
    ui::{Value, card},
};
use leptos::prelude::*;
use wire::{
    Decimal, PromotionId, Resource,
    catalog::promotions::{Promotion, PromotionEffect, PromotionEffectIn},
};

/// Draws it: of this code, or of its whole campaign.
pub fn effect(id: PromotionId, campaign: bool, again: RwSignal<u32>) -> AnyView {
    let path = format!("{}/{id}/effect", Promotion::PATH);
    let asked = with_query(&path, &[("campaign", campaign.to_string())]);
    let ask = move || {
        let asked = asked.clone();
        task(async move { api::get::<PromotionEffect>(&asked).await })
    };
    let title = if campaign {
        "Effect of the campaign"
    } else {
        "Effect"
    };
    card(title, loaded(again, ask, |effect| told(&effect)))
}

fn told(effect: &PromotionEffect) -> AnyView {
    let open = format!(
        "Reserved by {} unpaid orders, released by {}.",
        count(effect.held),
        count(effect.released)
    );
    if effect.paid.is_empty() {
        return view! { <p class="muted">"No paid orders yet. "{open}</p> }.into_any();
    }
    view! { <p class="muted">{open}</p>{table_of(&effect.paid, &columns())} }.into_any()
}

fn columns() -> Vec<Column<PromotionEffectIn>> {
    let shown = |amount: &Decimal, of: &PromotionEffectIn| Value::text(money(amount, of.currency));
    vec![
        table::text("Currency", |of: &PromotionEffectIn| of.currency.as_str()),
        table::count("Orders", |of: &PromotionEffectIn| of.orders),
        table::value("Discount given", move |of: &PromotionEffectIn| {
            shown(&of.discount_amount, of)
        })
        .figures(),
        table::value("Came in", move |of: &PromotionEffectIn| {
            shown(&of.net_amount, of)
        })
        .figures(),
        table::value("Margin after discount", move |of: &PromotionEffectIn| {
            of.margin_amount
                .as_ref()
                .map_or_else(Value::absent, |margin| shown(margin, of))
        })
        .figures(),
        table::count("New customers", |of: &PromotionEffectIn| of.new_customers),
        table::count("Returning", |of: &PromotionEffectIn| of.returning_customers),
    ]
}
