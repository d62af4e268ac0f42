//! Totals as tiles and as tables. Each number links to the list of the records that it counts.

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

/// The scope of the numbers: a currency and a period.
#[derive(Debug, Clone)]
pub struct Span {
    /// The currency.
    pub currency: Currency,
    /// The start of the period.
    pub from: String,
    /// The end of the period, exclusive.
    pub to: String,
}

type More<'a> = &'a [(&'static str, String)];

impl Span {
    /// Returns the address of the completed payments.
    pub fn completed(&self, more: More<'_>) -> String {
        let ends = ["completed_at_from", "completed_at_to"];
        self.list("/billing/transactions", "completed,refunded", ends, more)
    }
    /// Returns the address of the failed payments.
    pub fn failed(&self, more: More<'_>) -> String {
        let ends = ["closed_at_from", "closed_at_to"];
        self.list("/billing/transactions", "failed", ends, more)
    }
    /// Returns the address of the processed refunds.
    pub fn refunded(&self, more: More<'_>) -> String {
        let ends = ["processed_at_from", "processed_at_to"];
        self.list("/billing/refunds", "processed", ends, more)
    }
    /// Returns the address of the lost disputes.
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

/// Draws the totals of a currency, compared with the previous period.
pub fn tiles(one: &CurrencyOverview, span: &Span) -> AnyView {
    let (now, before) = (&one.sums, &one.previous);
    let show = |amount: &Decimal| money(amount, one.currency);
    let decimal = |number: i64| Decimal::from(number);
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
            {stat("Gross", show(&now.gross_amount), change(&now.gross_amount, &before.gross_amount), Good::Up, Some(span.completed(&[])))}
            {stat("Refunds", show(&now.refunded_amount), change(&now.refunded_amount, &before.refunded_amount), Good::Down, Some(span.refunded(&[])))}
            {stat("Chargebacks", show(&now.chargeback_amount), change(&now.chargeback_amount, &before.chargeback_amount), Good::Down, Some(span.chargebacks()))}
            {stat("Net", show(&now.net_amount), change(&now.net_amount, &before.net_amount), Good::Up, Some(span.completed(&[])))}
            {stat("Payments", count(now.payments), change(&decimal(now.payments), &decimal(before.payments)), Good::Up, Some(span.completed(&[])))}
            {stat("Failed", count(now.failures), change(&decimal(now.failures), &decimal(before.failures)), Good::Down, Some(span.failed(&[])))}
            {stat("Success rate", rate, points, Good::Up, Some(span.failed(&[])))}
        </div>
    }
    .into_any()
}

/// Returns the change in percent; none without a previous value or without a change.
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

/// Draws the totals of each method or gateway.
pub fn shares(all: &[PaymentShare], key: &'static str, span: &Span) -> AnyView {
    if all.is_empty() {
        return view! { <p class="muted">"No payments in this period."</p> }.into_any();
    }
    table_of(all, &columns(key, span))
}

fn columns(key: &'static str, span: &Span) -> Vec<Column<PaymentShare>> {
    let currency = span.currency;
    // Links a cell to the records of its method or gateway.
    let link = |rows: fn(&Span, More<'_>) -> String| {
        let span = span.clone();
        move |share: &PaymentShare| rows(&span, &[(key, share.name.clone())])
    };
    let (gross, refunds) = (link(Span::completed), link(Span::refunded));
    let (paid, failed) = (link(Span::completed), link(Span::failed));
    vec![
        table::text("Name", |share: &PaymentShare| name(&share.name)),
        table::value("Gross", move |share: &PaymentShare| {
            Value::money(&share.sums.gross_amount, currency).link(gross(share))
        })
        .figures(),
        table::value("Refunds", move |share: &PaymentShare| {
            Value::money(&share.sums.refunded_amount, currency).link(refunds(share))
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
