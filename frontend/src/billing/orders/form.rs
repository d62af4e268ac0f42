//! The form that places an order. It shows the price before the order is placed.

use super::amounts::quote;
use kit::{
    api::with_query,
    form::{
        Draft, Source, choice_field, code_field, number_field, picker_field, region_field,
        text_field,
    },
    format::megabytes,
    page::{NotEditable, form_page},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency,
    accounts::users::User,
    billing::{
        orders::{NewOrder, Order, OrderKind, OrderQuote},
        transactions::PaymentMethod,
    },
    catalog::plans::Plan,
    esims::inventory::Esim,
};

/// Draws the form.
pub fn screen() -> AnyView {
    form_page::<Order, NewOrder, NotEditable>(None)
        .begin(json!({ "kind": "new", "quantity": 1, "currency": "USD", "payment_method": "credit_card" }))
        .section(
            "Customer",
            "The customer receives the eSIMs and the message with the installation links.",
            [
                picker_field(
                    "user_id",
                    "Customer",
                    Source::resource_with_note::<User>(|user| user.email.clone()),
                )
                .help("Search by name, e-mail address or phone number.")
                .or("New customer", "/accounts/users/new"),
                choice_field("kind", "Kind", OrderKind::WORDS)
                    .help("A new eSIM, or a top-up of an eSIM that the customer has."),
                picker_field("esim_id", "eSIM", Source::resource_with_note::<Esim>(esim_label))
                    .shown_if(is_topup)
                    .help("Search by the first digits of the ICCID."),
            ],
        )
        .section(
            "Plan",
            "Only plans that are on sale. The order keeps the current terms of the plan.",
            [
                picker_field(
                    "plan_id",
                    "Plan",
                    Source::filtered_resource::<Plan>(vec![("is_active", "true".to_owned())], terms),
                ),
                number_field("quantity", "Quantity")
                    .unit("eSIMs")
                    .help("1 to 50.")
                    .shown_if(|draft| !is_topup(draft)),
                region_field("region", "Region")
                    .optional()
                    .help("The region of the price. Without a regional price, the global price applies."),
            ],
        )
        .section(
            "Payment",
            "Cards are charged by the gateway. Other methods wait until staff record the payment.",
            [
                choice_field("currency", "Currency", Currency::WORDS),
                choice_field("payment_method", "Method", PaymentMethod::WORDS),
                code_field("promo_code", "Promotion")
                    .optional()
                    .example("WELCOME10")
                    .help("The price shows whether the code applies."),
                text_field("reference", "Reference")
                    .optional()
                    .example("shop-4711")
                    .help("Your own reference, unique among your orders."),
            ],
        )
        .answer::<OrderQuote>(
            "Price",
            "What the customer pays now.",
            address,
            |_, answer| quote(answer),
        )
        .verb("Place order")
        .show()
}

fn is_topup(draft: &Draft) -> bool {
    draft.text("kind") == OrderKind::Topup.as_str()
}

fn terms(plan: &Plan) -> String {
    format!(
        "{} · {} days",
        megabytes(plan.data_limit_mb.as_ref()),
        plan.validity_days
    )
}

fn esim_label(esim: &Esim) -> String {
    let plan = esim.plan_name.clone().unwrap_or_default();
    format!("{plan} {}", esim.status).trim().to_owned()
}

/// Returns the address of the quote, once a plan is chosen.
fn address(draft: &Draft) -> Option<String> {
    let quantity = draft.number("quantity").and_then(|count| count.whole());
    let count = quantity
        .filter(|count| (1..=50).contains(count) && !is_topup(draft))
        .unwrap_or(1);
    let mut pairs = vec![("quantity", count.to_string())];
    let mut keys = vec!["user_id", "plan_id", "region", "currency", "promo_code"];
    if is_topup(draft) && !draft.text("esim_id").is_empty() {
        keys.extend(["kind", "esim_id"]);
    }
    let typed = keys
        .into_iter()
        .map(|key| (key, draft.text(key).trim().to_owned()));
    pairs.extend(typed.filter(|(_, text)| !text.is_empty()));
    let has_plan = !draft.text("plan_id").is_empty();
    has_plan.then(|| with_query("/v1/orders/quote", &pairs))
}
