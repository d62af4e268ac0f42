//! An offer's form: new and edit.

use kit::{
    form::{
        Source, choice_field, code_field, money_field, number_field, picker_field, toggle_field,
    },
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, OfferId,
    catalog::plans::Plan,
    integrations::providers::{EditOffer, NewOffer, Offer, Provider},
};

/// Draws it: for this offer, or for a new one.
pub fn screen(id: Option<OfferId>) -> AnyView {
    form_page::<Offer, NewOffer, EditOffer>(id)
        .begin(json!({ "currency": Currency::Usd, "priority": 1 }))
        .section(
            "What and whose",
            "A provider's package supplies one plan; a plan may have several providers.",
            [
                picker_field("plan_id", "Plan", Source::of::<Plan>()),
                picker_field("provider_id", "Provider", Source::of::<Provider>()).only_new(),
                code_field("sku", "SKU")
                    .only_new()
                    .example("eu-5gb-30d")
                    .help("The provider's own key of the package."),
            ],
        )
        .section(
            "Terms",
            "What the provider asks, and what it allows.",
            [
                money_field("cost", "Costs us").unit_of("currency"),
                choice_field("currency", "Currency", Currency::WORDS),
                money_field("minimum_price", "Least price")
                    .unit_of("currency")
                    .optional()
                    .help("The plan is not sold for less."),
                number_field("stock", "Left in stock")
                    .optional()
                    .help("Leave it empty when the provider does not say."),
            ],
        )
        .section(
            "Order",
            "The offer with the lowest number is asked first.",
            [
                number_field("priority", "Priority"),
                toggle_field("is_active", "Asked")
                    .only_edit()
                    .help("The provider is asked for it when the plan is sold."),
            ],
        )
        .show()
}
