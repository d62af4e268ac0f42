//! The bulk price change: the rule, the preview and the change.

use kit::{
    api::{self, Call},
    form::{
        Source, area_field, choice_field, money_field, named_choice_field, pickers_field,
        region_field, time_field,
    },
    format::{money, percent, plural, region_name},
    page::{preview_page, selection, table_of},
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
            NewPriceChange, PriceBacktest, PriceChange, PriceChangeReport, PriceChangeRow,
            PriceRounding,
        },
    },
};

const KINDS: &[&str] = &["percent", "amount", "markup"];
const ROUNDINGS: &[(&str, &str)] = &[
    ("none", "No rounding"),
    ("whole", "Whole number"),
    ("ninety_nine", ".99"),
    ("ninety", ".90"),
];

/// Draws the form.
pub fn screen() -> AnyView {
    preview_page::<NewPriceChange, PriceChangeReport>(
        "Bulk price change",
        "The preview shows every price before and after. Nothing changes until you confirm, and you can undo the change.",
        PriceChange::PATH,
    )
    .begin(json!({ "kind": "percent", "rounding": PriceRounding::Ninetynine, "plan_ids": [] }))
    .section(
        "Rule",
        "A negative number lowers the prices.",
        [
            choice_field("kind", "Change by", KINDS).live(|draft| {
                let text = match draft.text("kind") {
                    "percent" => "A percentage of each price.",
                    "amount" => "The same amount, in each price's own currency.",
                    _ => "The price becomes the cost plus this percentage.",
                };
                Some(text.to_owned())
            }),
            money_field("number", "Number").example("5"),
            named_choice_field("rounding", "Round to", ROUNDINGS)
                .live(|draft| Some(rounding_help(draft.text("rounding")).to_owned())),
        ],
    )
    .section(
        "Prices",
        "The prices that are active at that time, of all plans unless you choose some.",
        [
            pickers_field("plan_ids", "Plans", Source::resource::<Plan>()).optional(),
            region_field("region", "Region").optional(),
            choice_field("currency", "Currency", Currency::WORDS).optional(),
        ],
    )
    .section(
        "Start and reason",
        "Existing orders keep their price.",
        [
            time_field("from", "From")
                .optional()
                .help("Leave empty to start now."),
            area_field("reason", "Reason").optional(),
        ],
    )
    .make(request_body)
    .named(|field| match field {
        field if field.starts_with("rule.adjust") => "number".to_owned(),
        "rule.rounding" => "rounding".to_owned(),
        other => other.to_owned(),
    })
    .show(preview)
}

fn rounding_help(word: &str) -> &'static str {
    match word {
        "none" => "To the smallest unit of the currency.",
        "whole" => "To the nearest whole number.",
        "ninety" => "To the nearest price that ends in .90.",
        _ => "To the nearest price that ends in .99.",
    }
}

/// Returns the body of the request from the fields of the form.
fn request_body(mut typed: Map<String, Json>) -> Json {
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

fn preview(report: PriceChangeReport, sent: Json) -> AnyView {
    let text = format!(
        "{} would change, {} unchanged, {} invalid.",
        plural(report.changed, "price", "prices"),
        report.same,
        report.refused
    );
    let table = selection(
        "Before and after",
        "price",
        "prices",
        report.rows,
        |row: &PriceChangeRow| row.price_id.to_string(),
    )
    .kind(kind)
    .can(|row: &PriceChangeRow| row.problem.is_none() && row.before != row.after)
    .needs_reason(|row| row.needs_reason)
    .text(|row| {
        let problem = row
            .problem
            .iter()
            .map(|error| (Tone::Bad, error.message.clone()));
        let low = row.needs_reason.then(|| {
            (
                Tone::Waiting,
                "Below the minimum margin: enter a reason.".to_owned(),
            )
        });
        problem.chain(low).collect()
    })
    .column(value("Plan", |row: &PriceChangeRow| {
        Value::text(row.plan_name.clone()).note(region_name(&row.region))
    }))
    .column(amount("Cost", |row: &PriceChangeRow| {
        (Some(row.cost_price.clone()), row.currency)
    }))
    .column(amount("Before", |row: &PriceChangeRow| {
        (Some(row.before.clone()), row.currency)
    }))
    .column(amount("After", |row: &PriceChangeRow| {
        (Some(row.after.clone()), row.currency)
    }))
    .column(margins())
    .action("Change", "changed", move |ids, reason| {
        change(&sent, &ids, reason)
    });
    view! {
        <p class="muted">{text}</p>{back_test(&report.back_test)}{table.view()}
    }
    .into_any()
}

fn kind(row: &PriceChangeRow) -> (&'static str, Tone) {
    match &row.problem {
        Some(_) => ("invalid", Tone::Bad),
        None if row.after == row.before => ("unchanged", Tone::Neutral),
        None if row.after > row.before => ("increase", Tone::Info),
        None => ("decrease", Tone::Info),
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

/// Changes the selected prices as previewed.
fn change(sent: &Json, ids: &[String], reason: String) -> kit::Task<Result<(), api::ApiError>> {
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

/// Draws the back test: the revenue of the last 30 days at the new prices.
fn back_test(all: &[PriceBacktest]) -> Option<AnyView> {
    let before_after = |before: &wire::Money, after: &wire::Money, currency: Currency| {
        Value::text(format!(
            "{} → {}",
            money(before, currency),
            money(after, currency)
        ))
    };
    let columns = [
        text("Currency", |sum: &PriceBacktest| sum.currency.as_str()),
        count("Orders", |sum: &PriceBacktest| sum.orders),
        value("Revenue", move |sum: &PriceBacktest| {
            before_after(&sum.revenue_before, &sum.revenue_after, sum.currency)
        })
        .figures(),
        value("Margin", move |sum: &PriceBacktest| {
            before_after(&sum.margin_before, &sum.margin_after, sum.currency)
        })
        .figures(),
        value("Below cost", |sum: &PriceBacktest| {
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
