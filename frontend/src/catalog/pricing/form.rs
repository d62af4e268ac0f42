//! A price's form: a new one, one that has not begun, and the end of one that has.

use super::{
    linked::{from_margin, from_markup, from_price, from_share},
    margin,
};
use kit::{
    form::{
        Draft, Source, area_field, choice_field, end_field, money_field, picker_field, place_field,
        time_field,
    },
    format,
    page::{Fixed, form_page},
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

/// Draws it: for this price, or for a new one.
pub fn screen(id: Option<PriceId>) -> AnyView {
    form_page::<Price, NewPrice, EditPrice>(id)
        .begin(json!({ "region": GLOBAL, "currency": Currency::Usd }))
        .section(
            "What and where",
            "A region without a price of its own sells for the global one.",
            [
                picker_field("plan_id", "Plan", Source::of::<Plan>()).only_new(),
                place_field("region", "Region").only_new(),
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
                    .live(earns),
                money_field("markup", "Markup")
                    .unit("%")
                    .unsent()
                    .sets(from_markup),
                money_field("margin_share", "Margin")
                    .unit("%")
                    .unsent()
                    .sets(from_share),
                money_field("margin", "Profit")
                    .unit_of("currency")
                    .unsent()
                    .help("Each of these follows from the others.")
                    .sets(from_margin),
                area_field("note", "Note").optional().help(
                    "Why it is set so. Needed when it sells below cost, or leaves too little.",
                ),
            ],
        )
        .section(
            "When",
            "An open price of the same plan, region and currency ends where this one begins.",
            [
                time_field("effective_from", "From")
                    .optional()
                    .help("Leave it empty to begin at once."),
                end_field("effective_to", "Until")
                    .optional()
                    .help("Leave it empty for as long as no other price takes over."),
            ],
        )
        .show()
}

/// The end of a price that holds. Nothing else of it can be changed: it has sold already.
pub fn end(id: PriceId) -> AnyView {
    form_page::<Price, Fixed, EditPrice>(Some(id))
        .note("It has begun, so only its end can still be changed. For other amounts, set a new price: this one then ends by itself.")
        .section("End", "Orders that were placed keep their price.", [
            end_field("effective_to", "Until").optional().help("Leave it empty for as long as no other price takes over."),
        ])
        .show()
}

/// What it earns, as one types.
fn earns(draft: &Draft) -> Option<String> {
    let (cost, price) = (draft.number("cost_price")?, draft.number("selling_price")?);
    let currency = Currency::parse(draft.text("currency")).ok()?;
    let left = margin(&cost, &price, currency);
    let markup = price
        .minus(&cost)
        .percent_of(&cost)
        .map(|markup| format!("{} markup, ", format::percent(&markup)))
        .unwrap_or_default();
    Some(if price < cost {
        format!("Below cost: {left}. Enter the reason in the note.")
    } else {
        format!("{markup}{left} margin")
    })
}
