//! Why a code applies or does not, for whom and for what.

use kit::{
    api::{self, Call},
    form::{Source, choice_field, code_field, number_field, picker_field, place_field},
    format::money,
    page::{SmallForm, card_page, small_form},
    task,
    ui::{Bring, card, line, sums, total},
};
use leptos::prelude::*;
use serde_json::json;
use std::sync::Arc;
use wire::{
    Currency, Decimal, Resource,
    accounts::users::User,
    catalog::{
        plans::Plan,
        promotions::{CheckPromotion, Promotion, PromotionVerdict},
    },
};

/// Draws it.
pub fn screen() -> AnyView {
    let verdict = RwSignal::new(None::<PromotionVerdict>);
    let bring: Bring<PromotionVerdict> = Arc::new(move |told| drop(verdict.try_set(Some(told))));
    let answer = move || match verdict.get() {
        None => view! { <p class="muted">"Nothing is used up by asking."</p> }.into_any(),
        Some(verdict) => told(&verdict),
    };
    card_page(
        "Check a code",
        "What a code would take off an order, or each reason why it does not apply: for when a customer asks.",
        vec![
            card("The order", ask(bring)),
            card(
                "Verdict",
                view! { <div aria-live="polite">{answer}</div> }.into_any(),
            ),
        ],
    )
}

fn ask(bring: Bring<PromotionVerdict>) -> AnyView {
    let fields = [
        code_field("code", "Code").example("WELCOME10"),
        picker_field(
            "plan_id",
            "Plan",
            Source::within::<Plan>(vec![("is_active", "true".to_owned())], |_| String::new()),
        ),
        number_field("quantity", "Quantity"),
        choice_field("currency", "Currency", Currency::WORDS).half(),
        place_field("region", "Region").optional(),
        picker_field(
            "user_id",
            "Customer",
            Source::noted::<User>(|user| user.email.clone()),
        )
        .optional()
        .help("Without one, limits per customer are left out."),
    ];
    let begin = json!({ "quantity": 1, "currency": "USD" });
    let form = SmallForm::new("Check", fields).begin(begin).keep();
    small_form(form, move |asked: CheckPromotion| {
        let bring = bring.clone();
        task(async move {
            let call = Call::post(format!("{}/check", Promotion::PATH)).json(&asked);
            bring(api::send(call).await?.json::<PromotionVerdict>().await?);
            Ok(())
        })
    })
}

fn told(verdict: &PromotionVerdict) -> AnyView {
    let show = |amount: &Decimal| money(amount, verdict.currency);
    let less = |amount: &Decimal| show(&Decimal::zero().minus(amount));
    let lines = vec![
        line("Price", show(&verdict.amount)),
        line("Discount", less(&verdict.discount_amount)),
        total("Before tax", show(&verdict.net_amount)),
    ];
    let says = if verdict.applies {
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
    view! { {says}{sums(lines)} }.into_any()
}
