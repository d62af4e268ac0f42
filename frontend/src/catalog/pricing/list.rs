//! The list of prices.

use super::{margin, status};
use kit::{
    format,
    page::list_page,
    table::{
        choice, dates, day, effective_at, maybe, money, picked, region, state, text, until, value,
    },
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    catalog::{
        plans::Plan,
        pricing::{Price, PriceSort},
    },
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Price>("Prices")
        .opens(|price| format!("/catalog/pricing/{}", price.id))
        .column(text("Plan", |price: &Price| price.plan_name.clone()))
        .column(state("Status", status))
        .column(value("Region", |price: &Price| {
            Value::text(format::region_name(&price.region)).hint(price.region.clone())
        }))
        .column_for(
            Permission::CostsRead,
            money("Cost", |price: &Price| {
                (price.cost_price.clone(), price.currency)
            })
            .wide(),
        )
        .column(
            money("Price", |price: &Price| {
                (Some(price.selling_price.clone()), price.currency)
            })
            .sort(PriceSort::SellingPrice),
        )
        .column_for(Permission::CostsRead, value("Margin", margin_value).figures())
        .column(text("Currency", |price: &Price| price.currency.as_str()).extra())
        .column(
            day("From", |price: &Price| Some(price.effective_from)).sort(PriceSort::EffectiveFrom),
        )
        .column(until("Until", |price: &Price| price.effective_to).wide())
        .column(maybe("Note", |price: &Price| price.note.clone()).extra())
        .column(
            day("Created", |price: &Price| Some(price.created_at))
                .sort(PriceSort::CreatedAt)
                .extra(),
        )
        .filter(effective_at("at", "Active"))
        .filter(picked::<Plan>("plan_id", "Plan"))
        .filter(region("region", "Region"))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(dates("effective_from_from", "effective_from_to", "From"))
        .new_button(
            "New price",
            "/catalog/pricing/new",
            Permission::PricingWrite,
        )
        .button(
            "Bulk price change",
            Icon::TicketPercent,
            "/catalog/price-changes/new",
            Permission::PricingWrite,
        )
        .empty(
            "No prices yet",
            "A plan needs a price before it can be bought. Create one here, or import a price list.",
        )
        .show()
}

/// Returns the margin, with the markup as a hint.
fn margin_value(price: &Price) -> Value {
    let Some(cost) = &price.cost_price else {
        return Value::absent();
    };
    let markup = price.markup_percentage.as_ref().map(format::percent);
    let margin = Value::text(margin(cost, &price.selling_price, price.currency));
    margin.hint(markup.map_or_else(String::new, |markup| format!("{markup} markup")))
}
