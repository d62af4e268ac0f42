//! Changing many prices: the rule, the preview, and the change itself.

use kit::{
    api::{self, Call},
    form::{Source, area_field, choice_field, money_field, pickers_field, place_field, time_field},
    format::{money, percent, place, plural},
    page::{choosing, rehearsal_page, table_of},
    table::{Column, count, money as amount, text, value},
    task,
    ui::{Tone, Value, card},
};
use leptos::prelude::*;
use serde_json::{Map, Value as Json, json};
use wire::{
    Currency, Resource,
    catalog::{
        plans::Plan,
        pricing::{
            BackTest, NewPriceChange, PriceChange, PriceChangeReport, PriceChangeRow, Rounding,
        },
    },
};

const KINDS: &[&str] = &["percent", "amount", "markup"];

/// Draws it.
pub fn screen() -> AnyView {
    rehearsal_page::<NewPriceChange, PriceChangeReport>(
        "Bulk price change",
        "Every price is shown before and after. Nothing changes before you say so, and it can be taken back.",
        PriceChange::PATH,
    )
    .begin(json!({ "kind": "percent", "rounding": Rounding::Ninetynine, "plan_ids": [] }))
    .section(
        "By how much",
        "Up, or down with a minus.",
        [
            choice_field("kind", "Change by", KINDS).live(|draft| {
                let says = match draft.text("kind") {
                    "percent" => "Percent of each price.",
                    "amount" => "The same amount, in each price's own currency.",
                    _ => "The price becomes the cost and so many percent on top.",
                };
                Some(says.to_owned())
            }),
            money_field("number", "Number").example("5"),
            choice_field("rounding", "Round to", Rounding::WORDS)
                .live(|draft| Some(rounds(draft.text("rounding")).to_owned())),
        ],
    )
    .section(
        "Which prices",
        "Those that hold at that time, of all plans unless you choose some.",
        [
            pickers_field("plan_ids", "Plans", Source::of::<Plan>()).optional(),
            place_field("region", "Region").optional(),
            choice_field("currency", "Currency", Currency::WORDS).optional(),
        ],
    )
    .section(
        "When and why",
        "What was sold keeps its price.",
        [
            time_field("from", "From")
                .optional()
                .help("Leave it empty to begin at once."),
            area_field("reason", "Reason").optional(),
        ],
    )
    .make(made)
    .named(|field| match field {
        field if field.starts_with("rule.adjust") => "number".to_owned(),
        "rule.rounding" => "rounding".to_owned(),
        other => other.to_owned(),
    })
    .show(drawn)
}

fn rounds(word: &str) -> &'static str {
    match word {
        "none" => "Not at all: to the cent.",
        "whole" => "To the nearest whole number.",
        "ninety" => "To the nearest price that ends in .90.",
        _ => "To the nearest price that ends in .99.",
    }
}

/// What is sent of what is typed.
fn made(mut typed: Map<String, Json>) -> Json {
    let mut take = |key: &str| typed.remove(key).unwrap_or_default();
    let (kind, number, rounding) = (take("kind"), take("number"), take("rounding"));
    let kind = kind.as_str().unwrap_or("percent").to_owned();
    if typed
        .get("plan_ids")
        .and_then(Json::as_array)
        .is_some_and(Vec::is_empty)
    {
        typed.remove("plan_ids");
    }
    let rule = json!({ "adjust": { kind: number }, "rounding": rounding });
    typed.insert("rule".to_owned(), rule);
    Json::Object(typed)
}

fn drawn(report: PriceChangeReport, sent: Json) -> AnyView {
    let says = format!(
        "{} would change, {} would stay, {} cannot be changed so.",
        plural(report.changed, "price", "prices"),
        report.same,
        report.refused
    );
    let table = choosing(
        "Before and after",
        ("price", "prices"),
        report.rows,
        |row: &PriceChangeRow| row.price_id.to_string(),
    )
    .kind(kind)
    .can(|row: &PriceChangeRow| row.problem.is_none() && row.before != row.after)
    .needs_reason(|row| row.needs_reason)
    .says(|row| {
        let problem = row
            .problem
            .iter()
            .map(|fault| (Tone::Bad, fault.message.clone()));
        let low = row
            .needs_reason
            .then(|| (Tone::Waiting, "Leaves too little: say why.".to_owned()));
        problem.chain(low).collect()
    })
    .column(value("Plan", |row: &PriceChangeRow| {
        Value::text(row.plan_name.clone()).note(place(&row.region))
    }))
    .column(amount("Costs", |row: &PriceChangeRow| {
        (Some(row.cost_price.clone()), row.currency)
    }))
    .column(amount("Before", |row: &PriceChangeRow| {
        (Some(row.before.clone()), row.currency)
    }))
    .column(amount("After", |row: &PriceChangeRow| {
        (Some(row.after.clone()), row.currency)
    }))
    .column(margins())
    .act("Change", "changed", move |ids, reason| {
        change(&sent, &ids, reason)
    });
    view! {
        <p class="muted">{says}</p>{tested(&report.back_test)}{table.view()}
    }
    .into_any()
}

fn kind(row: &PriceChangeRow) -> (&'static str, Tone) {
    match &row.problem {
        Some(_) => ("refused", Tone::Bad),
        None if row.after == row.before => ("same", Tone::Neutral),
        None if row.after > row.before => ("dearer", Tone::News),
        None => ("cheaper", Tone::News),
    }
}

fn margins() -> Column<PriceChangeRow> {
    value("Margin", |row: &PriceChangeRow| {
        let show = |margin: &Option<wire::Decimal>| {
            margin.as_ref().map_or_else(|| "–".to_owned(), percent)
        };
        Value::text(format!(
            "{} → {}",
            show(&row.margin_before),
            show(&row.margin_after)
        ))
    })
    .figures()
}

/// Sets the chosen prices, as they were shown.
fn change(sent: &Json, ids: &[String], reason: String) -> kit::Task<Result<(), api::Fault>> {
    let mut body = sent.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("price_ids".to_owned(), json!(ids));
        if !reason.is_empty() {
            fields.insert("reason".to_owned(), json!(reason));
        }
    }
    task(async move {
        let call = Call::post(PriceChange::PATH).json(&body);
        let report: PriceChangeReport = api::send(call).await?.json().await?;
        if let Some(id) = report.id {
            kit::go(&format!("/catalog/price-changes/{id}"));
        }
        Ok(())
    })
}

/// What the orders of the last 30 days would have brought.
fn tested(all: &[BackTest]) -> Option<AnyView> {
    let moved = |before: &wire::Money, after: &wire::Money, currency: Currency| {
        Value::text(format!(
            "{} → {}",
            money(before, currency),
            money(after, currency)
        ))
    };
    let columns = [
        text("Currency", |sum: &BackTest| sum.currency.as_str()),
        count("Orders", |sum: &BackTest| sum.orders),
        value("Revenue", move |sum: &BackTest| {
            moved(&sum.revenue_before, &sum.revenue_after, sum.currency)
        })
        .figures(),
        value("Margin", move |sum: &BackTest| {
            moved(&sum.margin_before, &sum.margin_after, sum.currency)
        })
        .figures(),
        value("Below cost", |sum: &BackTest| {
            Value::text(format!(
                "{} → {}",
                sum.below_cost_before, sum.below_cost_after
            ))
        })
        .figures(),
    ];
    (!all.is_empty()).then(|| {
        card(
            "If the last 30 days sold at these prices",
            table_of(all, &columns),
        )
    })
}
