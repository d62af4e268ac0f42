//! The dashboard: a period, each currency by itself, and every number with its rows behind it.

use super::sums::{Span, shares, tiles};
use kit::{
    api::{self, Pairs},
    chart::{Chart, Draw, Point},
    format::money,
    page::once,
    task,
    ui::{
        Icon, card, days, empty, tabs,
        tabs::{Place, places},
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Currency, Decimal, Param,
    billing::payments::{CurrencyOverview, PaymentOverview},
};

/// The periods that can be chosen: the word in the address, and how many days up to today.
const PERIODS: [(&str, &str, u32); 5] = [
    ("", "30 days", 30),
    ("week", "7 days", 7),
    ("day", "Today", 1),
    ("quarter", "90 days", 90),
    ("year", "365 days", 365),
];

/// Draws it.
pub fn screen() -> AnyView {
    let mut all: Vec<Place> = Vec::from(PERIODS.map(|(word, label, count)| {
        let view: Arc<dyn Fn() -> AnyView + Send + Sync> = Arc::new(move || lately(count));
        (word, label, view)
    }));
    all.push(("chosen", "Other days", Arc::new(|| days(period))));
    view! {
        <div class="page payments">
            <header class="page-head"><div><h1>"Payments"</h1>
                <p class="muted">"What came in and what went back, by the business's days, against the period before."</p></div></header>
            {places("Period", "period", all)}
        </div>
    }
    .into_any()
}

/// So many days up to today.
fn lately(days: u32) -> AnyView {
    period(vec![("days", days.to_string())])
}

fn period(pairs: Pairs) -> AnyView {
    let path = api::with_query("/v1/payments/overview", &pairs);
    let ask = move || {
        let path = path.clone();
        task(async move { api::get::<PaymentOverview>(&path).await })
    };
    once(ask, shown)
}

/// One currency after the other is a tab of its own: their amounts are never added.
fn shown(overview: PaymentOverview) -> AnyView {
    let overview = Arc::new(overview);
    let one = |place: usize| {
        let overview = Arc::clone(&overview);
        move || {
            let currency = overview.currencies.get(place);
            currency.map_or_else(|| ().into_any(), |one| of(&overview, one))
        }
    };
    match overview.currencies.as_slice() {
        [] => empty(
            Icon::FileChartColumn,
            "Nothing was paid",
            "Neither in this period nor in the one before did anything come in, fail or go back.",
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

fn of(overview: &PaymentOverview, one: &CurrencyOverview) -> AnyView {
    let span = Span {
        currency: one.currency,
        from: overview.starts_at.show(),
        to: overview.ends_at.show(),
    };
    let first = overview.from.format("%-d %b %Y");
    let last = overview.to.pred_opt().unwrap_or(overview.to);
    let zone = format!(
        "{first} to {}, compared with as many days before. Days begin at midnight in {}.",
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
            href: Some(span.came_in(&[])),
        }
    });
    Chart {
        title: "Net by day".to_owned(),
        series: vec!["This period", "The period before"],
        points: points.collect(),
        write: Arc::new(move |minor| money(&Decimal::from_minor(minor, currency), currency)),
        draw: Draw::Lines,
    }
    .view()
}

fn minor(amount: &Decimal, currency: Currency) -> i64 {
    amount.minor(currency).unwrap_or(0)
}
