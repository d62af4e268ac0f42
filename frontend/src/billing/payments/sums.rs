//! Sums as tiles and as tables; each number leads to the rows that it counts.

use kit::{
    api,
    format::{count, money, percent, sentence},
    page::table_of,
    table::{self, Column},
    ui::{Good, Value, stat},
};
use leptos::prelude::*;
use wire::{
    Currency, Decimal,
    billing::payments::{CurrencyOverview, PaymentShare},
};

/// What the numbers are of: a currency, and a stretch of time.
#[derive(Debug, Clone)]
pub struct Span {
    /// The currency.
    pub currency: Currency,
    /// From when.
    pub from: String,
    /// Until when.
    pub to: String,
}

type More<'a> = &'a [(&'static str, String)];

impl Span {
    /// The payments that came in.
    pub fn came_in(&self, more: More<'_>) -> String {
        let ends = ["completed_at_from", "completed_at_to"];
        self.list("/billing/transactions", "completed,refunded", ends, more)
    }
    /// The payments that failed.
    pub fn failed(&self, more: More<'_>) -> String {
        let ends = ["closed_at_from", "closed_at_to"];
        self.list("/billing/transactions", "failed", ends, more)
    }
    /// The refunds that were paid.
    pub fn went_back(&self, more: More<'_>) -> String {
        let ends = ["processed_at_from", "processed_at_to"];
        self.list("/billing/refunds", "processed", ends, more)
    }
    /// Returns the address of the disputes that were lost.
    pub fn chargebacks(&self) -> String {
        let pairs = [
            ("state", "lost".to_owned()),
            ("currency", self.currency.to_string()),
            ("closed_at_from", self.from.clone()),
            ("closed_at_to", self.to.clone()),
        ];
        api::with_query("/billing/disputes", &pairs)
    }
    fn list(
        &self,
        path: &str,
        status: &str,
        [from, to]: [&'static str; 2],
        more: More<'_>,
    ) -> String {
        let mut pairs = vec![
            ("status", status.to_owned()),
            ("currency", self.currency.to_string()),
            (from, self.from.clone()),
            (to, self.to.clone()),
        ];
        pairs.extend(more.iter().cloned());
        api::with_query(path, &pairs)
    }
}

/// The sums of a currency against those of the period before.
pub fn tiles(one: &CurrencyOverview, span: &Span) -> AnyView {
    let (now, before) = (&one.sums, &one.previous);
    let show = |amount: &Decimal| money(amount, one.currency);
    let whole = |number: i64| Decimal::from(number);
    let rate = now
        .success_rate
        .as_ref()
        .map_or_else(|| "–".to_owned(), percent);
    let points = now
        .success_rate
        .as_ref()
        .zip(before.success_rate.as_ref())
        .map(|(now, before)| signed(&now.minus(before), " points"));
    view! {
        <div class="stat-row">
            {stat("Gross", show(&now.gross_amount), change(&now.gross_amount, &before.gross_amount), Good::Up, Some(span.came_in(&[])))}
            {stat("Refunds", show(&now.refunded_amount), change(&now.refunded_amount, &before.refunded_amount), Good::Down, Some(span.went_back(&[])))}
            {stat("Chargebacks", show(&now.chargeback_amount), change(&now.chargeback_amount, &before.chargeback_amount), Good::Down, Some(span.chargebacks()))}
            {stat("Net", show(&now.net_amount), change(&now.net_amount, &before.net_amount), Good::Up, Some(span.came_in(&[])))}
            {stat("Payments", count(now.payments), change(&whole(now.payments), &whole(before.payments)), Good::Up, Some(span.came_in(&[])))}
            {stat("Failed", count(now.failures), change(&whole(now.failures), &whole(before.failures)), Good::Down, Some(span.failed(&[])))}
            {stat("Success rate", rate, points, Good::Up, Some(span.failed(&[])))}
        </div>
    }
    .into_any()
}

/// By how many percent a number has changed; nothing where there was none, or none has changed.
fn change(now: &Decimal, before: &Decimal) -> Option<String> {
    if now == before {
        return None;
    }
    let share = now.minus(before).percent_of(before)?;
    Some(signed(&share, "%"))
}

fn signed(number: &Decimal, unit: &str) -> String {
    let sign = if number.is_negative() { "" } else { "+" };
    format!("{sign}{}{unit}", kit::format::decimal(number))
}

/// The sums of each method or gateway.
pub fn shares(all: &[PaymentShare], key: &'static str, span: &Span) -> AnyView {
    if all.is_empty() {
        return view! { <p class="muted">"Nothing in this period."</p> }.into_any();
    }
    table_of(all, &columns(key, span))
}

fn columns(key: &'static str, span: &Span) -> Vec<Column<PaymentShare>> {
    let currency = span.currency;
    // What a cell leads to: the rows of this method or gateway.
    let lead = |rows: fn(&Span, More<'_>) -> String| {
        let span = span.clone();
        move |share: &PaymentShare| rows(&span, &[(key, share.name.clone())])
    };
    let (came, back) = (lead(Span::came_in), lead(Span::went_back));
    let (paid, failed) = (lead(Span::came_in), lead(Span::failed));
    vec![
        table::text("Name", |share: &PaymentShare| name(&share.name)),
        table::value("Gross", move |share: &PaymentShare| {
            Value::money(&share.sums.gross_amount, currency).link(came(share))
        })
        .figures(),
        table::value("Refunds", move |share: &PaymentShare| {
            Value::money(&share.sums.refunded_amount, currency).link(back(share))
        })
        .figures(),
        table::money("Chargebacks", move |share: &PaymentShare| {
            (Some(share.sums.chargeback_amount.clone()), currency)
        }),
        table::money("Net", move |share: &PaymentShare| {
            (Some(share.sums.net_amount.clone()), currency)
        }),
        table::value("Payments", move |share: &PaymentShare| {
            Value::count(share.sums.payments).link(paid(share))
        })
        .figures(),
        table::value("Failed", move |share: &PaymentShare| {
            Value::count(share.sums.failures).link(failed(share))
        })
        .figures(),
        table::maybe("Success rate", |share: &PaymentShare| {
            share.sums.success_rate.as_ref().map(percent)
        })
        .figures(),
    ]
}

fn name(word: &str) -> String {
    match word {
        "none" => "No gateway".to_owned(),
        other => sentence(other),
    }
}
