//! The check of a code: whether it applies to an order, and each reason why it does not.

use kit::{
    api::{self, Call},
    form::{Source, choice_field, code_field, number_field, picker_field, region_field},
    format::money,
    page::{SmallForm, card_page, small_form},
    task,
    ui::{Complete, card, line, sums, total},
};
use leptos::prelude::*;
use serde_json::json;
use std::sync::Arc;
use wire::{
    Currency, Decimal, Resource,
    accounts::users::User,
    catalog::{
        plans::Plan,
        promotions::{CheckPromotion, Promotion, PromotionCheck},
    },
};

/// Draws the page.
pub fn screen() -> AnyView {
    let verdict = RwSignal::new(None::<PromotionCheck>);
    let complete: Complete<PromotionCheck> =
        Arc::new(move |result| drop(verdict.try_set(Some(result))));
    let answer = move || match verdict.get() {
        None => view! { <p class="muted">"A check does not use up the code."</p> }.into_any(),
        Some(verdict) => result(&verdict),
    };
    card_page(
        "Check code",
        "The discount of a code for an order, or each reason why the code does not apply.",
        vec![
            card("Order", check_form(complete)),
            card(
                "Result",
                view! { <div aria-live="polite">{answer}</div> }.into_any(),
            ),
        ],
    )
}

fn check_form(complete: Complete<PromotionCheck>) -> AnyView {
    let fields = [
        code_field("code", "Code").example("WELCOME10"),
        picker_field(
            "plan_id",
            "Plan",
            Source::filtered_resource::<Plan>(vec![("is_active", "true".to_owned())], |_| {
                String::new()
            }),
        ),
        number_field("quantity", "Quantity"),
        choice_field("currency", "Currency", Currency::WORDS).half(),
        region_field("region", "Region").optional(),
        picker_field(
            "user_id",
            "Customer",
            Source::resource_with_note::<User>(|user| user.email.clone()),
        )
        .optional()
        .help("Without a customer, limits per customer are not checked."),
    ];
    let begin = json!({ "quantity": 1, "currency": "USD" });
    let form = SmallForm::new("Check", fields).begin(begin).keep();
    small_form(form, move |check: CheckPromotion| {
        let complete = complete.clone();
        task(async move {
            let call = Call::post(format!("{}/check", Promotion::PATH)).json(&check);
            complete(api::send(call).await?.json::<PromotionCheck>().await?);
            Ok(())
        })
    })
}

fn result(verdict: &PromotionCheck) -> AnyView {
    let show = |amount: &Decimal| money(amount, verdict.currency);
    let less = |amount: &Decimal| show(&Decimal::zero().minus(amount));
    let lines = vec![
        line("Price", show(&verdict.amount)),
        line("Discount", less(&verdict.discount_amount)),
        total("Before tax", show(&verdict.net_amount)),
    ];
    let text = if verdict.applies {
        view! { <p class="banner" role="status" data-tone="good">"The code applies."</p> }
            .into_any()
    } else {
        let reasons = verdict
            .reasons
            .iter()
            .map(|why| view! { <li>{why.sentence()}</li> });
        view! { <div class="banner" role="status" data-tone="bad"><p><strong>"The code does not apply."</strong></p>
            <ul>{reasons.collect_view()}</ul></div> }
        .into_any()
    };
    view! { {text}{sums(lines)} }.into_any()
}
