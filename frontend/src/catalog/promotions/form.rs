//! The form of a promotion: new and edit.

use kit::{
    form::{
        Draft, Field, Source, choice_field, code_field, end_field, money_field, number_field,
        pickers_field, text_field, time_field, toggle_field,
    },
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, PromotionId,
    catalog::{
        plans::Plan,
        promotions::{DiscountType, EditPromotion, NewPromotion, Promotion},
    },
};

/// Draws the form, for an existing promotion or a new one.
pub fn screen(id: Option<PromotionId>) -> AnyView {
    form_page::<Promotion, NewPromotion, EditPromotion>(id)
        .begin(json!({ "discount_type": "percentage", "is_active": true }))
        .section(
            "Code",
            "The code that the customer enters. It cannot be changed later and is never reused.",
            [
                code_field("code", "Code")
                    .example("WELCOME10")
                    .optional()
                    .only_new()
                    .help("Letters, digits, - and _. Leave empty to generate a code."),
                text_field("campaign", "Campaign")
                    .optional()
                    .example("Spring")
                    .help("Groups codes, so that the list can be filtered by campaign."),
            ],
        )
        .section(
            "Discount",
            "The discount on the price, before tax.",
            discount_fields(),
        )
        .section("Limits", "Leave a limit empty for none.", limit_fields())
        .section(
            "Validity",
            "Orders that were placed within this period keep their discount.",
            [
                time_field("valid_from", "From")
                    .optional()
                    .help("Leave empty to start now."),
                end_field("valid_to", "Until"),
                toggle_field("is_active", "Active").help("Customers can use the code."),
            ],
        )
        .show()
}

/// Returns the fields of the discount.
pub(super) fn discount_fields() -> [Field; 4] {
    let is_fixed =
        |draft: &Draft| draft.text("discount_type") == DiscountType::FixedAmount.as_str();
    [
        choice_field("discount_type", "Kind", DiscountType::WORDS),
        money_field("discount_value", "Value").live(move |draft| {
            let unit = if is_fixed(draft) {
                draft.text("currency").to_owned()
            } else {
                "%".to_owned()
            };
            draft
                .number("discount_value")
                .map(|value| format!("{value} {unit} off"))
        }),
        choice_field("currency", "Currency", Currency::WORDS)
            .optional()
            .help("Required for a fixed amount or a minimum order. The code then applies only to orders in this currency."),
        money_field("min_spend", "Minimum order")
            .unit_of("currency")
            .optional()
            .help("The minimum amount of the order before the discount."),
    ]
}

/// Returns the fields of the limits: customers, plans and number of uses.
pub(super) fn limit_fields() -> [Field; 4] {
    [
        number_field("max_uses", "Total uses").optional(),
        number_field("per_user_limit", "Uses per customer").optional(),
        pickers_field("applicable_plans", "Plans", Source::resource::<Plan>())
            .optional()
            .help("Leave empty for all plans."),
        toggle_field("first_order_only", "First orders only")
            .help("Only for customers without an order."),
    ]
}
