//! Placing an order: for whom, what, and what it will cost before it is placed.

use super::amounts::quoted;
use kit::{
    api::with_query,
    form::{
        Draft, Source, choice_field, code_field, number_field, picker_field, place_field,
        text_field,
    },
    format::megabytes,
    page::{Fixed, form_page},
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

/// Draws it.
pub fn screen() -> AnyView {
    form_page::<Order, NewOrder, Fixed>(None)
        .begin(json!({ "kind": "new", "quantity": 1, "currency": "USD", "payment_method": "credit_card" }))
        .section(
            "Customer",
            "Who gets the eSIMs, and the message with the installation links.",
            [
                picker_field(
                    "user_id",
                    "Customer",
                    Source::noted::<User>(|user| user.email.clone()),
                )
                .help("Search by name, e-mail address or phone number.")
                .or("New customer", "/accounts/users/new"),
                choice_field("kind", "What for", OrderKind::WORDS)
                    .help("A new eSIM, or more data for one that the customer has."),
                picker_field("esim_id", "eSIM", Source::noted::<Esim>(known_as))
                    .shown_if(is_topup)
                    .help("Search by the beginning of the ICCID."),
            ],
        )
        .section(
            "Plan",
            "Only what is on sale. Its terms are kept with the order as they stand now.",
            [
                picker_field(
                    "plan_id",
                    "Plan",
                    Source::within::<Plan>(vec![("is_active", "true".to_owned())], terms),
                ),
                number_field("quantity", "Quantity")
                    .unit("eSIMs")
                    .help("1 to 50.")
                    .shown_if(|draft| !is_topup(draft)),
                place_field("region", "Region")
                    .optional()
                    .help("Whose price is taken; the global one when there is none."),
            ],
        )
        .section(
            "Payment",
            "A card is paid at the gateway at once. Everything else waits until somebody has seen the money.",
            [
                choice_field("currency", "Currency", Currency::WORDS),
                choice_field("payment_method", "Method", PaymentMethod::WORDS),
                code_field("promo_code", "Promotion")
                    .optional()
                    .example("WELCOME10")
                    .help("The price says at once whether it applies."),
                text_field("reference", "Reference")
                    .optional()
                    .example("shop-4711")
                    .help("Yours, unique among your orders."),
            ],
        )
        .answer::<OrderQuote>(
            "Price",
            "What the customer pays, as of now.",
            address,
            |_, answer| quoted(answer),
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

fn known_as(esim: &Esim) -> String {
    let plan = esim.plan_name.clone().unwrap_or_default();
    format!("{plan} {}", esim.status).trim().to_owned()
}

/// Where the price is asked, once there is enough to ask.
fn address(draft: &Draft) -> Option<String> {
    let quantity = draft.number("quantity").and_then(|count| count.whole());
    let count = quantity
        .filter(|count| (1..=50).contains(count) && !is_topup(draft))
        .unwrap_or(1);
    let mut pairs = vec![("quantity", count.to_string())];
    let mut asked = vec!["user_id", "plan_id", "region", "currency", "promo_code"];
    if is_topup(draft) && !draft.text("esim_id").is_empty() {
        asked.extend(["kind", "esim_id"]);
    }
    let typed = asked
        .into_iter()
        .map(|key| (key, draft.text(key).trim().to_owned()));
    pairs.extend(typed.filter(|(_, text)| !text.is_empty()));
    let has_plan = !draft.text("plan_id").is_empty();
    has_plan.then(|| with_query("/v1/orders/quote", &pairs))
}
