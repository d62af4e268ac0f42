//! The form of an offer: new and edit.

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

/// Draws the form, for an existing offer or a new one.
pub fn screen(id: Option<OfferId>) -> AnyView {
    form_page::<Offer, NewOffer, EditOffer>(id)
        .begin(json!({ "currency": Currency::Usd, "priority": 1 }))
        .section(
            "Plan and provider",
            "An offer is a package of a provider for one plan. A plan may have several offers.",
            [
                picker_field("plan_id", "Plan", Source::resource::<Plan>()),
                picker_field("provider_id", "Provider", Source::resource::<Provider>()).only_new(),
                code_field("sku", "SKU")
                    .only_new()
                    .example("eu-5gb-30d")
                    .help("The provider's SKU of the package."),
            ],
        )
        .section(
            "Terms",
            "The provider's cost and conditions.",
            [
                money_field("cost", "Cost").unit_of("currency"),
                choice_field("currency", "Currency", Currency::WORDS),
                money_field("minimum_price", "Minimum price")
                    .unit_of("currency")
                    .optional()
                    .help("The plan is not sold below this price."),
                number_field("stock", "Stock")
                    .optional()
                    .help("Leave empty if the provider does not report it."),
            ],
        )
        .section(
            "Use",
            "Orders use the offer with the lowest number first.",
            [
                number_field("priority", "Priority"),
                toggle_field("is_active", "Active")
                    .only_edit()
                    .help("Orders of the plan use this offer."),
            ],
        )
        .show()
}
