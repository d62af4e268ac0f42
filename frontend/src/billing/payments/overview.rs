//! The dashboard: a period, one tab for each currency, and a link from every number to its records.

use super::sums::{Span, shares, tiles};
use kit::{
    api::{self, Pairs},
    chart::{Chart, Draw, Point},
    format::money,
    page::load,
    task,
    ui::{
        Icon, card, days, empty, tabs,
        tabs::{LinkedTab, linked_tabs},
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Currency, Decimal, Param,
    billing::payments::{CurrencyOverview, PaymentOverview},
};

/// The periods: the word in the address, the label, and the number of days up to today.
const PERIODS: [(&str, &str, u32); 5] = [
    ("", "30 days", 30),
    ("week", "7 days", 7),
    ("day", "Today", 1),
    ("quarter", "90 days", 90),
    ("year", "365 days", 365),
];

/// Draws the page.
pub fn screen() -> AnyView {
    let mut all: Vec<LinkedTab> = Vec::from(PERIODS.map(|(word, label, count)| {
        let view: Arc<dyn Fn() -> AnyView + Send + Sync> = Arc::new(move || recent(count));
        (word, label, view)
    }));
    all.push(("chosen", "Custom", Arc::new(|| days(period))));
    view! {
        <div class="page payments">
            <header class="page-head"><div><h1>"Payments"</h1>
                <p class="muted">"Payments, refunds and chargebacks by business day, compared with the previous period."</p></div></header>
            {linked_tabs("Period", "period", all)}
        </div>
    }
    .into_any()
}

/// Draws the period of this many days up to today.
fn recent(days: u32) -> AnyView {
    period(vec![("days", days.to_string())])
}

fn period(pairs: Pairs) -> AnyView {
    let path = api::with_query("/v1/payments/overview", &pairs);
    let fetch = move || {
        let path = path.clone();
        task(async move { api::get::<PaymentOverview>(&path).await })
    };
    load(fetch, by_currency)
}

/// Draws one tab for each currency, because amounts of different currencies are never added.
fn by_currency(overview: PaymentOverview) -> AnyView {
    let overview = Arc::new(overview);
    let one = |place: usize| {
        let overview = Arc::clone(&overview);
        move || {
            let currency = overview.currencies.get(place);
            currency.map_or_else(|| ().into_any(), |one| currency_view(&overview, one))
        }
    };
    match overview.currencies.as_slice() {
        [] => empty(
            Icon::FileChartColumn,
            "No payments",
            "There were no payments, failures or refunds in this period or the previous one.",
            None,
        ),
        [_] => one(0)(),
        several => {
            let all = several.iter().enumerate().map(|(place, each)| {
                let view: Arc<dyn Fn() -> AnyView + Send + Sync> = Arc::new(one(place));
                (each.currency.as_str(), view)
            });
            tabs("Currency", all.collect())
        }
    }
}

fn currency_view(overview: &PaymentOverview, one: &CurrencyOverview) -> AnyView {
    let span = Span {
        currency: one.currency,
        from: overview.starts_at.show(),
        to: overview.ends_at.show(),
    };
    let first = overview.from.format("%-d %b %Y");
    let last = overview.to.pred_opt().unwrap_or(overview.to);
    let zone = format!(
        "{first} to {}, compared with the same number of days before. Days start at midnight in {}.",
        last.format("%-d %b %Y"),
        overview.time_zone
    );
    view! {
        <div class="main-col">
            {tiles(one, &span)}
            {(one.days.len() > 1).then(|| card("Net by day", chart(one)))}
            {card("By method", shares(&one.methods, "payment_method", &span))}
            {card("By gateway", shares(&one.gateways, "payment_gateway", &span))}
            <p class="muted">{zone}</p>
        </div>
    }
    .into_any()
}

fn chart(one: &CurrencyOverview) -> AnyView {
    let currency = one.currency;
    let points = one.days.iter().map(|day| {
        let span = Span {
            currency,
            from: day.starts_at.show(),
            to: day.ends_at.show(),
        };
        Point {
            label: day.day.format("%-d %b").to_string(),
            values: vec![
                minor(&day.sums.net_amount, currency),
                minor(&day.previous_net_amount, currency),
            ],
            href: Some(span.completed(&[])),
        }
    });
    Chart {
        title: "Net by day".to_owned(),
        series: vec!["This period", "Previous period"],
        points: points.collect(),
        write: Arc::new(move |minor| money(&Decimal::from_minor(minor, currency), currency)),
        draw: Draw::Lines,
    }
    .view()
}

fn minor(amount: &Decimal, currency: Currency) -> i64 {
    amount.minor(currency).unwrap_or(0)
}
