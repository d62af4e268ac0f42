//! The form of a price: a new price, an upcoming price, and the end date of a current price.

use super::{
    linked::{from_margin, from_margin_percent, from_markup, from_price},
    margin,
};
use kit::{
    form::{
        Draft, Source, area_field, choice_field, end_field, money_field, picker_field,
        region_field, time_field,
    },
    format,
    page::{NotEditable, form_page},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, Param, PriceId,
    catalog::{
        plans::Plan,
        pricing::{EditPrice, NewPrice, Price},
    },
    region::GLOBAL,
};

/// Draws the form, for an existing price or a new one.
pub fn screen(id: Option<PriceId>) -> AnyView {
    form_page::<Price, NewPrice, EditPrice>(id)
        .begin(json!({ "region": GLOBAL, "currency": Currency::Usd }))
        .section(
            "Plan and region",
            "Regions without their own price use the global price.",
            [
                picker_field("plan_id", "Plan", Source::resource::<Plan>()).only_new(),
                region_field("region", "Region").only_new(),
                choice_field("currency", "Currency", Currency::WORDS).only_new(),
            ],
        )
        .section(
            "Amounts",
            "For one eSIM.",
            [
                money_field("cost_price", "Cost")
                    .unit_of("currency")
                    .sets(from_price),
                money_field("selling_price", "Price")
                    .unit_of("currency")
                    .sets(from_price)
                    .live(profit),
                money_field("markup", "Markup")
                    .unit("%")
                    .unsent()
                    .sets(from_markup),
                money_field("margin_share", "Margin")
                    .unit("%")
                    .unsent()
                    .sets(from_margin_percent),
                money_field("margin", "Profit")
                    .unit_of("currency")
                    .unsent()
                    .help("Changing one of these fields recalculates the others.")
                    .sets(from_margin),
                area_field("note", "Note").optional().help(
                    "Required if the price is below cost or below the minimum margin.",
                ),
            ],
        )
        .section(
            "Validity",
            "A price of the same plan, region and currency without an end date ends when this one starts.",
            [
                time_field("effective_from", "From")
                    .optional()
                    .help("Leave empty to start now."),
                end_field("effective_to", "Until")
                    .optional()
                    .help("Leave empty for no end date."),
            ],
        )
        .show()
}

/// Draws the form for the end date of a current price. The other fields cannot change, because orders may use the price.
pub fn end_date(id: PriceId) -> AnyView {
    form_page::<Price, NotEditable, EditPrice>(Some(id))
        .note("This price has started, so only its end date can be changed. To change the amounts, create a new price. This price then ends automatically.")
        .section("End date", "Existing orders keep their price.", [
            end_field("effective_to", "Until").optional().help("Leave empty for no end date."),
        ])
        .show()
}

/// Returns the profit for the typed amounts.
fn profit(draft: &Draft) -> Option<String> {
    let (cost, price) = (draft.number("cost_price")?, draft.number("selling_price")?);
    let currency = Currency::parse(draft.text("currency")).ok()?;
    let profit = margin(&cost, &price, currency);
    let markup = price
        .minus(&cost)
        .percent_of(&cost)
        .map(|markup| format!("{} markup, ", format::percent(&markup)))
        .unwrap_or_default();
    Some(if price < cost {
        format!("Below cost: {profit}. Enter the reason in the note.")
    } else {
        format!("{markup}{profit} margin")
    })
}
