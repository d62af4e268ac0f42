//! The stock: what can be sold, and for how many days.

use kit::{
    api,
    format::decimal,
    page::{card_page, load, table_of},
    session,
    table::{count, value},
    task,
    ui::{ButtonVariant, Icon, Tone, Value, card, link_button},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource,
    esims::stock::{StockLevel, StockOverview},
};

/// Draws the page.
pub fn screen() -> AnyView {
    let fetch = || task(async { api::get::<StockOverview>("/v1/stock").await });
    let add = untrack(|| session::can(Permission::StockWrite)).then(|| {
        link_button(
            "New threshold",
            ButtonVariant::Primary,
            Some(Icon::Plus),
            "/esims/stock/thresholds/new",
        )
    });
    card_page(
        "Stock",
        "eSIMs that can be sold, and the days that they last at the sales of the last 30 days. A plan without stock is still sold where a provider delivers it.",
        vec![card(
            "By plan and provider",
            view! { {load(fetch, |stock| table(&stock))}<div class="actions">{add}</div> },
        )],
    )
}

fn table(stock: &StockOverview) -> AnyView {
    if stock.data.is_empty() {
        return view! { <p class="muted">"No eSIMs in stock. Import a provider's file to sell from stock."</p> }
            .into_any();
    }
    let columns = [
        value("Plan", |level: &StockLevel| {
            let href = level.plan_id.map(|id| format!("/catalog/plans/{id}"));
            Value::linked(
                Some(level.plan_name.as_deref().unwrap_or("Without a plan")),
                href,
            )
        }),
        value("Provider", |level: &StockLevel| {
            let href = level
                .provider_id
                .filter(|_| session::can(Permission::ProvidersRead))
                .map(|id| format!("/integrations/providers/{id}"));
            Value::linked(
                Some(level.provider_name.as_deref().unwrap_or("Unknown")),
                href,
            )
        }),
        value("In stock", |level: &StockLevel| {
            let number = Value::count(level.available).link(inventory_of(level));
            if is_low(level) {
                number.also("Low", Tone::Bad)
            } else {
                number
            }
        })
        .figures(),
        count("Sold in 30 days", |level: &StockLevel| level.sold),
        value("Lasts", |level: &StockLevel| {
            Value::maybe(
                level
                    .days_of_cover
                    .as_ref()
                    .map(|days| format!("{} days", decimal(days))),
            )
        })
        .figures(),
        value("Threshold", threshold).figures(),
    ];
    table_of(&stock.data, &columns)
}

/// Returns the address of the eSIMs behind a row.
fn inventory_of(level: &StockLevel) -> String {
    let filter = [
        ("status", "available".to_owned()),
        ("has_user", "false".to_owned()),
        (
            "plan_id",
            level.plan_id.map(|id| id.to_string()).unwrap_or_default(),
        ),
        (
            "provider_id",
            level
                .provider_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
        ),
    ];
    api::with_query("/esims/inventory", &filter)
}

fn is_low(level: &StockLevel) -> bool {
    level
        .threshold
        .as_ref()
        .is_some_and(|threshold| threshold.low_since.is_some())
}

fn threshold(level: &StockLevel) -> Value {
    level
        .threshold
        .as_ref()
        .map_or_else(Value::absent, |threshold| {
            let number = Value::count(threshold.minimum);
            if session::can(Permission::StockWrite) {
                number.link(format!("/esims/stock/thresholds/{}/edit", threshold.id()))
            } else {
                number
            }
        })
}
