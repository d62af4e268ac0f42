//! The effect of a promotion: revenue, discounts, and new customers.

use kit::{
    api::{self, with_query},
    format::{count, money},
    page::{load_on, table_of},
    table,
    table::Column,
    task,
    ui::{Value, card},
};
use leptos::prelude::*;
use wire::{
    Decimal, PromotionId, Resource,
    catalog::promotions::{Promotion, PromotionEffect, PromotionEffectByCurrency},
};

/// Draws the effect of a code, or of its whole campaign.
pub fn effect(id: PromotionId, campaign: bool, reload: RwSignal<u32>) -> AnyView {
    let path = format!("{}/{id}/effect", Promotion::PATH);
    let address = with_query(&path, &[("campaign", campaign.to_string())]);
    let fetch = move || {
        let address = address.clone();
        task(async move { api::get::<PromotionEffect>(&address).await })
    };
    let title = if campaign {
        "Effect of the campaign"
    } else {
        "Effect"
    };
    card(title, load_on(reload, fetch, |effect| result(&effect)))
}

fn result(effect: &PromotionEffect) -> AnyView {
    let reservations = format!(
        "Reserved {} · Released {}",
        count(effect.held),
        count(effect.released)
    );
    if effect.paid.is_empty() {
        return view! { <p class="muted">"No paid orders yet. "{reservations}</p> }.into_any();
    }
    view! { <p class="muted">{reservations}</p>{table_of(&effect.paid, &columns())} }.into_any()
}

fn columns() -> Vec<Column<PromotionEffectByCurrency>> {
    let amount_in =
        |amount: &Decimal, of: &PromotionEffectByCurrency| Value::text(money(amount, of.currency));
    vec![
        table::text("Currency", |of: &PromotionEffectByCurrency| {
            of.currency.as_str()
        }),
        table::count("Orders", |of: &PromotionEffectByCurrency| of.orders),
        table::value("Discount", move |of: &PromotionEffectByCurrency| {
            amount_in(&of.discount_amount, of)
        })
        .figures(),
        table::value("Revenue", move |of: &PromotionEffectByCurrency| {
            amount_in(&of.net_amount, of)
        })
        .figures(),
        table::value(
            "Margin after discount",
            move |of: &PromotionEffectByCurrency| {
                of.margin_amount
                    .as_ref()
                    .map_or_else(Value::absent, |margin| amount_in(margin, of))
            },
        )
        .figures(),
        table::count("New customers", |of: &PromotionEffectByCurrency| {
            of.new_customers
        }),
        table::count("Returning customers", |of: &PromotionEffectByCurrency| {
            of.returning_customers
        }),
    ]
}
