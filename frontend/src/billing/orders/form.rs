//! Placing an order: for whom, what, and what it will cost before it is placed.

use kit::{
    api::{Fault, with_query},
    form::{Draft, Source, choice_field, number_field, picker_field, place_field, text_field},
    format::{megabytes, moment, money, place},
    page::{Fixed, form_page},
    ui::{line, sums, total},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, Resource,
    accounts::users::User,
    billing::{
        orders::{NewOrder, Order},
        transactions::PaymentMethod,
    },
    catalog::plans::{Plan, Quote},
};

/// Draws it.
pub fn screen() -> AnyView {
    form_page::<Order, NewOrder, Fixed>(None)
        .begin(json!({ "quantity": 1, "currency": "USD", "payment_method": "credit_card" }))
        .section(
            "Customer",
            "Who gets the eSIMs, and the message with the installation links.",
            [picker_field(
                "user_id",
                "Customer",
                Source::noted::<User>(|user| user.email.clone()),
            )
            .help("Search by name, e-mail address or phone number.")
            .or("New customer", "/accounts/users/new")],
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
                    .help("1 to 50."),
                place_field("region", "Region")
                    .optional()
                    .help("Whose price is taken; the global one when there is none."),
            ],
        )
        .section(
            "Payment",
            "The payment is opened at once; the customer pays at the gateway.",
            [
                choice_field("currency", "Currency", Currency::WORDS),
                choice_field("payment_method", "Method", PaymentMethod::WORDS),
                text_field("reference", "Reference")
                    .optional()
                    .example("shop-4711")
                    .help("Yours, unique among your orders."),
            ],
        )
        .answer::<Quote>(
            "Price",
            "What the customer pays, as of now.",
            address,
            quoted,
        )
        .verb("Place order")
        .show()
}

fn terms(plan: &Plan) -> String {
    format!(
        "{} · {} days",
        megabytes(plan.data_limit_mb.as_ref()),
        plan.validity_days
    )
}

/// Where the price is asked, once there is enough to ask.
fn address(draft: &Draft) -> Option<String> {
    let (plan, region) = (draft.text("plan_id"), draft.text("region"));
    let mut pairs = vec![("currency", draft.text("currency").to_owned())];
    pairs.extend((!region.is_empty()).then(|| ("region", region.to_owned())));
    (!plan.is_empty()).then(|| with_query(&format!("{}/{plan}/quote", Plan::PATH), &pairs))
}

fn quoted(draft: &Draft, answer: Option<Result<Quote, Fault>>) -> AnyView {
    let quote = match answer {
        None => return view! { <p class="muted">"Choose a plan to see its price."</p> }.into_any(),
        Some(Err(fault)) => {
            return view! { <p class="banner" data-tone="waiting">{fault.sentence()}</p> }
                .into_any();
        }
        Some(Ok(quote)) => quote,
    };
    let show = |amount: &wire::Decimal| money(amount, quote.currency);
    let quantity = draft
        .number("quantity")
        .and_then(|count| count.whole())
        .and_then(|count| i32::try_from(count).ok());
    let sum = quote.selling_price.times(
        quantity
            .filter(|count| (1..=50).contains(count))
            .unwrap_or(1),
    );
    let ends = quote
        .effective_to
        .map(|at| format!(", until {}", moment(at)))
        .unwrap_or_default();
    let count = quantity.unwrap_or(1);
    view! {
        {sums(vec![line(format!("{} × {count}", show(&quote.selling_price)), show(&sum)), total("Total", show(&sum))])}
        <p class="field-help">{format!("Price for {}{ends}.", place(&quote.region))}</p>
    }
    .into_any()
}
